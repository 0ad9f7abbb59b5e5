"""XLS workbooks of Excel 97 to 2003: the cells of one sheet as text. Options: `workbook.py`.

A formula that failed comes as an empty cell: the library does not tell the two apart.
"""

from collections.abc import Iterator
from pathlib import Path

from indicators.foundation.errors import Problem, WrongUse
from pipelines.ingest.readers.protocol import Reader
from pipelines.ingest.readers.table import Options, SourceTable
from pipelines.ingest.readers.workbook import (
    LARGEST_MB,
    MB,
    OLE,
    WORKBOOK_OPTIONS,
    Workbook,
    limit_of,
    read_sheets,
    refuse_many_sheets,
    refuse_other_kinds,
)
from pipelines.ingest.readers.xls_cells import cells_of

_MACROS = "_VBA_PROJECT_CUR".encode("utf-16-le")  # the name of a part in the file's directory


def read(path: Path, options: Options) -> Iterator[SourceTable]:
    """The named sheets. Raises WrongUse for a workbook or a sheet that cannot be read."""
    yield from read_sheets(workbook(path, limit_of(options)), options)


def workbook(path: Path, largest_mb: int = LARGEST_MB) -> Workbook:
    """The workbook, opened. Raises WrongUse for what is none, is too large or has macros."""
    size = path.stat().st_size
    if size > largest_mb * MB:  # the format packs nothing
        parameters = {"packed": f"{size / MB:.1f}", "unpacked": size // MB, "limit": largest_mb}
        raise WrongUse(Problem("workbook_too_large", path.name, parameters=parameters))
    data = path.read_bytes()
    refuse_other_kinds(path, data, OLE, "not_old_workbook")
    if _MACROS in data:
        raise WrongUse(Problem("workbook_macros", path.name))
    cells = cells_of(path)
    refuse_many_sheets(path, len(cells))
    return Workbook(
        path, tuple(cells), cells.__getitem__, lambda sheet: any(any(row) for row in cells[sheet])
    )


READER = Reader(
    "xls", WORKBOOK_OPTIONS, read, has_dates=True, tells_numbers=True, suffixes=(".xls",)
)
