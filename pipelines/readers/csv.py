"""CSV files: the one table of a delimited text, as it stands.

Options: `encoding` (utf-8), `delimiter` (,), `quote` ("), `header_row` (1), and `fill_down`,
`totals` (`sheet_shape.py`).
"""

from collections.abc import Iterator
from pathlib import Path

from pipelines.readers.delimited import DELIMITED_OPTIONS, delimited_table
from pipelines.readers.protocol import Reader
from pipelines.readers.sheet_shape import in_shape
from pipelines.readers.table import Options, SourceTable


def read(path: Path, options: Options) -> Iterator[SourceTable]:
    """The one table of a CSV file. Raises WrongUse for a file that is no CSV text."""
    yield in_shape(delimited_table(path, options), options, path.name)


READER = Reader("csv", DELIMITED_OPTIONS | {"fill_down", "totals"}, read)
