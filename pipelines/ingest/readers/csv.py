"""CSV files: the one table of a delimited text, as it stands.

Options: `encoding` (utf-8), `delimiter` (,), `quote` ("), `header_row` (1), and `header_rows`,
`fill_down`, `totals`, `serial_dates` (`sheet_shape.py`), `cleaning_log` (`cleaning_log.py`).
"""

import csv
from codecs import BOM_UTF8
from collections.abc import Iterator
from itertools import islice
from pathlib import Path

from pipelines.ingest.readers.cleaning_log import OPTION as CLEANING_LOG
from pipelines.ingest.readers.cleaning_log import corrected
from pipelines.ingest.readers.delimited import DELIMITED_OPTIONS, delimited_table, encoding_of
from pipelines.ingest.readers.protocol import Reader
from pipelines.ingest.readers.sheet_shape import OF_ABOVE, SHAPE_OPTIONS, in_shape
from pipelines.ingest.readers.table import Options, SourceTable

_OF_SHEETS = {"prefilled", "month_of_sheet", "sheet_as", "sheet_name_as"}


def read(path: Path, options: Options) -> Iterator[SourceTable]:
    """The one table of a CSV file. Raises WrongUse for a file that is no CSV text."""
    table = delimited_table(path, options)
    if any(options.get(name) for name in OF_ABOVE):
        with path.open("rb") as file:
            encoding = encoding_of(file.read(len(BOM_UTF8)), options)
        with path.open(encoding=encoding, errors="replace") as lines:
            above = islice(lines, int(options.get("header_row", 1)) - 1)
            cells = [*csv.reader(above, delimiter=str(options.get("delimiter", ",")))]
        options = {**options, "above": cells}
    table = in_shape(table, options, path.name)
    yield corrected(path, table, options)


READER = Reader(
    "csv",
    DELIMITED_OPTIONS | SHAPE_OPTIONS - _OF_SHEETS | {CLEANING_LOG},
    read,
)
