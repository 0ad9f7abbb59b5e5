"""XLSX workbooks: the cells of one sheet as text, dates in ISO form, whole numbers without a dot.

Options: `sheet` (its name; needed where the workbook has several), `header_row` (1).
"""

import re
import zipfile
from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from io import BytesIO
from pathlib import Path
from xml.etree import ElementTree

from python_calamine import CalamineError, CalamineWorkbook

from indicators.errors import Problem, WrongUse
from pipelines.readers.table import (
    Options,
    SourceTable,
    source_table,
    unique_header,
    without_blank_rows,
)

OPTIONS = {"sheet", "header_row"}
Cell = str | float | int | bool | date | datetime | time | timedelta
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_ENCRYPTED = "EncryptedPackage".encode("utf-16-le")
_FAULT_CELL = re.compile(
    rb'<c\b(?=[^>]*\bt="e")[^>]*\br="([A-Z]+)(\d+)"[^>]*>.*?<v>(.*?)</v>', re.DOTALL
)
_MAIN = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
_RELATION = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"


def read(path: Path, options: Options) -> Iterator[SourceTable]:
    """The named sheet. Raises WrongUse for a workbook or a sheet that cannot be read."""
    data = path.read_bytes()
    workbook = _workbook(path, data)
    sheet = _sheet_name(path, workbook.sheet_names, options.get("sheet"))
    header_row = int(options.get("header_row", 1))
    try:
        grid = workbook.get_sheet_by_name(sheet).to_python(skip_empty_area=False)
        faults = _formula_faults(data, sheet)
    except (CalamineError, zipfile.BadZipFile, KeyError, ElementTree.ParseError) as error:
        reason = str(error).strip() or type(error).__name__
        raise WrongUse(
            Problem("unreadable", path.name, sheet, parameters={"reason": reason})
        ) from None
    texts = [[_text(cell) for cell in row] for row in grid]
    for (row, column), fault in faults.items():
        if row < len(texts) and column < len(texts[row]):
            texts[row][column] = fault
    yield _table(path, sheet, texts, header_row)


def _workbook(path: Path, data: bytes) -> CalamineWorkbook:
    if not data:
        raise WrongUse(Problem("empty_file", path.name))
    if data.startswith(_OLE) and _ENCRYPTED in data:
        raise WrongUse(Problem("encrypted", path.name))
    try:
        return CalamineWorkbook.from_filelike(BytesIO(data))
    except (CalamineError, OSError) as error:
        parameters = {"reason": str(error)}
        raise WrongUse(Problem("unreadable", path.name, parameters=parameters)) from None


def _sheet_name(path: Path, names: list[str], wanted: str | None) -> str:
    if wanted is None and len(names) == 1:
        return names[0]
    if wanted in names:
        return str(wanted)
    rule = "sheet_not_named" if wanted is None else "missing_sheet"
    listed = ", ".join(f"'{name}'" for name in names)
    raise WrongUse(Problem(rule, path.name, wanted, parameters={"sheets": listed}))


def _table(path: Path, sheet: str, texts: list[list[str | None]], header_row: int) -> SourceTable:
    """The sheet below its header; columns without name and content at the edge are left out."""
    body = texts[header_row:]
    names = texts[header_row - 1] if len(texts) >= header_row else []
    if not any(names):
        raise WrongUse(Problem("empty_file", path.name, sheet))
    used = [at for at, name in enumerate(names) if name or any(row[at] for row in body)]
    numbered = unique_header(names)
    header = [numbered[at] for at in used]
    records = [[row[at] for at in used] for row in body]
    numbers = range(header_row + 1, header_row + 1 + len(records))
    return without_blank_rows(source_table(sheet, header, records, numbers))


def _text(cell: Cell) -> str | None:
    """A cell as the text that a person would type for it."""
    if isinstance(cell, str):
        return cell or None
    if isinstance(cell, bool):
        return "true" if cell else "false"
    if isinstance(cell, float):
        # Workbooks know no whole numbers: 3 is stored as 3.0. Beyond 2**53 digits are lost there.
        return str(int(cell)) if cell.is_integer() and abs(cell) < 2**53 else repr(cell)
    if isinstance(cell, timedelta):
        return _duration(cell)
    return cell.isoformat(" ") if isinstance(cell, datetime) else str(cell)


def _duration(length: timedelta) -> str:
    minutes, seconds = divmod(round(length.total_seconds()), 60)
    return f"{minutes // 60:02d}:{minutes % 60:02d}:{seconds:02d}"


def _formula_faults(data: bytes, sheet: str) -> dict[tuple[int, int], str]:
    """0-based (row, column) of each cell whose formula failed, with its text, as `#N/A`.

    calamine gives such a cell as empty, and an error would pass for a value that was not there.
    """
    with zipfile.ZipFile(BytesIO(data)) as archive:
        content = archive.read(_sheet_part(archive, sheet))
    if b't="e"' not in content:
        return {}
    return {
        (int(row) - 1, _column_index(letters.decode())): fault.decode()
        for letters, row, fault in _FAULT_CELL.findall(content)
    }


def _sheet_part(archive: zipfile.ZipFile, sheet: str) -> str:
    """The name of the XML part that holds the sheet."""
    workbook = ElementTree.fromstring(archive.read("xl/workbook.xml"))
    relations = ElementTree.fromstring(archive.read("xl/_rels/workbook.xml.rels"))
    targets = {entry.get("Id"): entry.get("Target", "") for entry in relations}
    parts = {
        entry.get("name"): targets[entry.get(_RELATION)] for entry in workbook.iter(f"{_MAIN}sheet")
    }
    target = parts[sheet]
    return target.lstrip("/") if target.startswith("/") else f"xl/{target}"


def _column_index(letters: str) -> int:
    """0-based position of a column named A, B, …, AA, …"""
    index = 0
    for letter in letters:
        index = index * 26 + ord(letter) - ord("A") + 1
    return index - 1
