"""ODS workbooks (LibreOffice): the cells of one sheet as text. Options: `workbook.py`."""

import zipfile
from collections.abc import Iterator
from functools import partial
from io import BytesIO
from pathlib import Path
from xml.etree import ElementTree

from python_calamine import CalamineWorkbook

from indicators.foundation.errors import Problem, WrongUse
from pipelines.ingest.readers.protocol import Reader
from pipelines.ingest.readers.table import WITHOUT_VALUE, Options, SourceTable
from pipelines.ingest.readers.unpacked import DAMAGED_XML
from pipelines.ingest.readers.workbook import (
    LARGEST_MB,
    WORKBOOK_OPTIONS,
    ZIP,
    Texts,
    Workbook,
    calamine_texts,
    calamine_workbook,
    limit_of,
    read_sheets,
    refuse_active_parts,
    refuse_large,
    refuse_large_grid,
    refuse_many_sheets,
    refuse_other_kinds,
    unreadable,
)

_LARGEST_GRID = 4_000_000  # cells: one that is stored once and said to be repeated is kept as often
_TABLE = "{urn:oasis:names:tc:opendocument:xmlns:table:1.0}"
_OFFICE = "{urn:oasis:names:tc:opendocument:xmlns:office:1.0}"


def read(path: Path, options: Options) -> Iterator[SourceTable]:
    """The named sheets. Raises WrongUse for a workbook or a sheet that cannot be read."""
    yield from read_sheets(workbook(path, limit_of(options)), options)


def workbook(path: Path, largest_mb: int = LARGEST_MB) -> Workbook:
    """The workbook, opened. Raises WrongUse for what is none, is too large or has macros."""
    data = path.read_bytes()
    refuse_other_kinds(path, data, ZIP, "old_workbook")
    refuse_large(path, data, largest_mb)
    refuse_active_parts(path, data, lambda name: name.startswith(("Basic/", "Scripts/")))
    if _is_encrypted(data):
        raise WrongUse(Problem("encrypted", path.name))
    try:
        extents, uncalculated = _extents(data)
    except DAMAGED_XML as error:
        raise unreadable(path, str(error).strip() or type(error).__name__) from None
    refuse_many_sheets(path, len(extents))
    for sheet, (rows, columns) in extents.items():
        refuse_large_grid(path, sheet, rows, columns, _LARGEST_GRID)
    book = calamine_workbook(path, data)
    return Workbook(
        path,
        tuple(book.sheet_names),
        partial(_sheet_texts, path, book, uncalculated),
        lambda sheet: bool(extents.get(sheet, (0, 0))[0]),
    )


def _sheet_texts(
    path: Path, book: CalamineWorkbook, uncalculated: set[tuple[str, int, int]], sheet: str
) -> Texts:
    texts = calamine_texts(path, book, sheet)
    for name, row, column in uncalculated:
        if name == sheet and row < len(texts) and column < len(texts[row]) and any(texts[row]):
            texts[row][column] = WITHOUT_VALUE
    return texts


def _is_encrypted(data: bytes) -> bool:
    with zipfile.ZipFile(BytesIO(data)) as archive:
        names = archive.namelist()
        if "META-INF/manifest.xml" not in names:
            return False
        return b"encryption-data" in archive.read("META-INF/manifest.xml")


def _extents(data: bytes) -> tuple[dict[str, tuple[int, int]], set[tuple[str, int, int]]]:
    """Rows and columns up to the last cell with a value of each sheet, repeats counted.

    And (sheet, row, column) of cells with a formula that no program has calculated.
    """
    found: dict[str, tuple[int, int]] = {}
    uncalculated: set[tuple[str, int, int]] = set()
    sheet, row, last_row, last_column, at, row_filled = "", 0, 0, 0, 0, False
    with zipfile.ZipFile(BytesIO(data)) as archive, archive.open("content.xml") as content:
        for event, element in ElementTree.iterparse(content, events=("start", "end")):
            if event == "start" and element.tag == f"{_TABLE}table":
                sheet = element.get(f"{_TABLE}name", "")
                row = last_row = last_column = 0
            elif event == "start" and element.tag == f"{_TABLE}table-row":
                at, row_filled = 0, False
            elif event == "end" and element.tag in _CELLS:
                at += int(element.get(f"{_TABLE}number-columns-repeated", "1"))
                if element.get(f"{_OFFICE}value-type") or len(element):
                    last_column, row_filled = max(last_column, at), True
                elif element.get(f"{_TABLE}formula"):
                    last_column, row_filled = max(last_column, at), True
                    uncalculated.add((sheet, row, at - 1))
            elif event == "end" and element.tag == f"{_TABLE}table-row":
                row += int(element.get(f"{_TABLE}number-rows-repeated", "1"))
                last_row = row if row_filled else last_row
                element.clear()
            elif event == "end" and element.tag == f"{_TABLE}table":
                found[sheet] = (last_row, last_column)
                element.clear()
    return found, uncalculated


_CELLS = (f"{_TABLE}table-cell", f"{_TABLE}covered-table-cell")
READER = Reader(
    "ods", WORKBOOK_OPTIONS, read, has_dates=True, tells_numbers=True, suffixes=(".ods",)
)
