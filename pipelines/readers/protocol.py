"""What a reader is: a name, the options it takes, and a function from a file to its sheets."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from pipelines.readers.table import Options, SourceTable


@dataclass(frozen=True)
class Reader:
    """One format.

    `read`: path and options of the mapping to the sheets. Raises WrongUse for a whole file that
    cannot be read (`unreadable`, `encrypted`, `encoding`, `empty_file`, `missing_sheet`, …).
    `columns_made`: columns added to those of the file. `keeps_midnight`: the format has dates of
    its own, in which midnight is a date without a time of day.
    """

    name: str
    options: frozenset[str]
    read: Callable[[Path, Options], Iterator[SourceTable]]
    columns_made: tuple[str, ...] = ()
    keeps_midnight: bool = False
