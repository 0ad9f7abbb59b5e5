"""What a reader is: name, options, endings of its files, a function from a file to its sheets."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from pipelines.ingest.readers.table import Options, SourceTable


@dataclass(frozen=True)
class Reader:
    """One format.

    `read`: path and options of the mapping to the sheets. Raises WrongUse for a whole file that
    cannot be read (`unreadable`, `encrypted`, `encoding`, `empty_file`, `missing_sheet`, …).
    `suffixes`: endings of file names that are its own. `columns_made`: columns added to those of
    the file. `has_dates`: the format has dates of its own, which come as ISO text. `tells_numbers`:
    `read` takes `numbers`, columns in which cells that hold a number are told apart from texts that
    look like one.
    """

    name: str
    options: frozenset[str]
    read: Callable[[Path, Options], Iterator[SourceTable]]
    columns_made: tuple[str, ...] = ()
    has_dates: bool = False
    tells_numbers: bool = False
    suffixes: tuple[str, ...] = ()
