"""XLSX workbooks: the cells of one sheet as text. Options: `workbook.py`."""

from collections.abc import Iterator
from pathlib import Path

from pipelines.ingest.readers.ooxml import workbook
from pipelines.ingest.readers.protocol import Reader
from pipelines.ingest.readers.table import Options, SourceTable
from pipelines.ingest.readers.workbook import WORKBOOK_OPTIONS, limit_of, read_sheets


def read(path: Path, options: Options) -> Iterator[SourceTable]:
    """The named sheets. Raises WrongUse for a workbook or a sheet that cannot be read."""
    yield from read_sheets(workbook(path, limit_of(options)), options)


READER = Reader(
    "xlsx", WORKBOOK_OPTIONS, read, has_dates=True, tells_numbers=True, suffixes=(".xlsx", ".xlsm")
)
