"""CSV files: the one table of a delimited text, as it stands.

Options: `encoding` (utf-8), `delimiter` (,), `quote` ("), `header_row` (1).
"""

from collections.abc import Iterator
from pathlib import Path

from pipelines.readers.delimited import DELIMITED_OPTIONS, delimited_table
from pipelines.readers.protocol import Reader
from pipelines.readers.table import Options, SourceTable


def read(path: Path, options: Options) -> Iterator[SourceTable]:
    """The one table of a CSV file. Raises WrongUse for a file that is no CSV text."""
    yield delimited_table(path, options)


READER = Reader("csv", DELIMITED_OPTIONS, read)
