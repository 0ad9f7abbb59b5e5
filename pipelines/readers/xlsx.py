"""XLSX workbooks: the cells of one sheet as text, dates in ISO form, whole numbers without a dot.

Options: `sheet` (its name; needed where the workbook has several), `header_row` (1),
`ignore_sheets` (names or patterns of sheets that are known and not read: others that hold something
are told), `largest_mb` (256: unpacked size up to which a workbook is opened at all), and those of
the shape of the sheet (`sheet_shape.py`).
"""

import fnmatch
import re
import zipfile
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date, datetime, time, timedelta
from io import BytesIO
from pathlib import Path
from xml.etree import ElementTree

from python_calamine import CalamineError, CalamineWorkbook

from indicators.foundation.errors import Problem, WrongUse
from pipelines.readers.protocol import Reader
from pipelines.readers.sheet_shape import SHAPE_OPTIONS, in_shape, joined_names
from pipelines.readers.table import (
    Options,
    ReaderWarning,
    SourceTable,
    source_table,
    unique_header,
    without_blank_rows,
)
from pipelines.readers.unpacked import unpacked_bytes

LARGEST_MB = 256
_LARGEST_GRID = 25_000_000  # cells between A1 and the last cell, which are all kept in memory
_SHEETS_NAMED = 10
Cell = str | float | int | bool | date | datetime | time | timedelta
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_ZIP = b"PK\x03\x04"
_MB = 1 << 20
_LOOKED_AT = 4096
_ROW_NUMBER = re.compile(rb'<row\b[^>]*?\br="(\d{1,9})"')
_THREE_LETTERS = re.compile(rb'<c\b[^>]*?\br="([A-Z]{3})\d')
_TWO_LETTERS = re.compile(rb'<c\b[^>]*?\br="([A-Z]{2})\d')
_ONE_LETTER = re.compile(rb'<c\b[^>]*?\br="([A-Z])\d')
_ENCRYPTED = "EncryptedPackage".encode("utf-16-le")
_FAULT_CELL = re.compile(
    rb'<c\b(?=[^>]*\bt="e")[^>]*\br="([A-Z]+)(\d+)"[^>]*>.*?<v>(.*?)</v>', re.DOTALL
)
_MAIN = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
_RELATION = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"


def read(path: Path, options: Options) -> Iterator[SourceTable]:
    """The named sheet. Raises WrongUse for a workbook or a sheet that cannot be read."""
    data, workbook = _opened(path, int(options.get("largest_mb", LARGEST_MB)))
    sheet = _sheet_name(path, workbook.sheet_names, options.get("sheet"))
    table = in_shape(
        _table(path, sheet, _sheet_texts(path, data, workbook, sheet), options), options, path.name
    )
    others = _sheets_not_read(data, workbook.sheet_names, sheet, options.get("ignore_sheets", ()))
    yield replace(table, remarks=(*table.remarks, *others))


def workbook_texts(path: Path) -> Iterator[tuple[str, list[list[str | None]]]]:
    """Each sheet of a workbook with its cells as text, from A1 on. Raises WrongUse as `read`."""
    data, workbook = _opened(path, LARGEST_MB)
    for sheet in workbook.sheet_names:
        yield sheet, _sheet_texts(path, data, workbook, sheet)


def _opened(path: Path, largest_mb: int) -> tuple[bytes, CalamineWorkbook]:
    data = path.read_bytes()
    _refuse_other_kinds(path, data)
    _refuse_large(path, data, largest_mb)
    return data, _workbook(path, data)


def _sheet_texts(
    path: Path, data: bytes, workbook: CalamineWorkbook, sheet: str
) -> list[list[str | None]]:
    """The cells of a sheet as text, from A1 on; a formula that failed as its fault."""
    try:
        content = _sheet_content(data, sheet)
        _refuse_far_cells(path, sheet, content)
        grid = workbook.get_sheet_by_name(sheet).to_python(skip_empty_area=False)
        faults = _formula_faults(content)
    except (CalamineError, zipfile.BadZipFile, KeyError, ElementTree.ParseError) as error:
        reason = str(error).strip() or type(error).__name__
        raise WrongUse(
            Problem("unreadable", path.name, sheet, parameters={"reason": reason})
        ) from None
    texts = [[_text(cell) for cell in row] for row in grid]
    for (row, column), fault in faults.items():
        if row < len(texts) and column < len(texts[row]):
            texts[row][column] = fault
    return texts


def _refuse_other_kinds(path: Path, data: bytes) -> None:
    """Raises WrongUse for what is no XLSX workbook, naming what it is."""
    if not data.strip():
        raise WrongUse(Problem("empty_file", path.name))
    if data.startswith(_OLE):
        rule = "encrypted" if _ENCRYPTED in data else "old_workbook"
        raise WrongUse(Problem(rule, path.name))
    if data.startswith(_ZIP):
        return
    if data[:_LOOKED_AT].lstrip().lower().startswith((b"<html", b"<!doctype html", b"<table")):
        raise WrongUse(Problem("html_not_workbook", path.name))
    if b"\0" not in data[:_LOOKED_AT]:
        raise WrongUse(Problem("text_not_workbook", path.name))


def _refuse_large(path: Path, data: bytes, largest_mb: int) -> None:
    """Raises WrongUse for a workbook that unpacks to more than the limit, without unpacking it."""
    limit = largest_mb * _MB
    try:
        size = unpacked_bytes(data, limit)
    except zipfile.BadZipFile as error:
        raise WrongUse(
            Problem("unreadable", path.name, parameters={"reason": str(error)})
        ) from None
    if size > limit:
        packed = f"{len(data) / _MB:.1f}"
        parameters = {"packed": packed, "unpacked": round(size / _MB), "limit": largest_mb}
        raise WrongUse(Problem("workbook_too_large", path.name, parameters=parameters))


def _refuse_far_cells(path: Path, sheet: str, content: bytes) -> None:
    """Raises WrongUse where a lone cell far away would make the grid too large for the memory."""
    rows = max((int(row) for row in _ROW_NUMBER.findall(content)), default=0)
    # of names of three, two and one letters only the longest that occur are looked at
    columns = 0
    for letters in (_THREE_LETTERS, _TWO_LETTERS, _ONE_LETTER):
        if letters.search(content):
            names = set(letters.findall(content))
            columns = max(_column_index(name.decode()) + 1 for name in names)
            break
    if rows * columns > _LARGEST_GRID:
        parameters = {"rows": rows, "columns": columns}
        raise WrongUse(Problem("sheet_too_wide", path.name, sheet, parameters=parameters))


def _sheets_not_read(
    data: bytes, names: list[str], sheet: str, ignored: str | Sequence[str]
) -> tuple[ReaderWarning, ...]:
    """A remark that names the sheets that hold something and that no mapping reads."""
    patterns = (ignored,) if isinstance(ignored, str) else tuple(ignored)
    others = [
        name
        for name in names
        if name != sheet
        and not any(fnmatch.fnmatchcase(name, pattern) for pattern in patterns)
        and _holds_something(data, name)
    ]
    if not others:
        return ()
    shown = ", ".join(f"'{name[:31]}'" for name in others[:_SHEETS_NAMED])
    more = " …" if len(others) > _SHEETS_NAMED else ""
    return (ReaderWarning(None, "sheets_not_read", parameters={"sheets": shown + more}),)


def _holds_something(data: bytes, sheet: str) -> bool:
    """Whether a cell of the sheet has a value; a sheet of a chart alone has none."""
    try:
        content = _sheet_content(data, sheet)
    except (KeyError, zipfile.BadZipFile, ElementTree.ParseError):
        return False
    return b"<v>" in content or b"<is>" in content


def _sheet_content(data: bytes, sheet: str) -> bytes:
    with zipfile.ZipFile(BytesIO(data)) as archive:
        return archive.read(_sheet_part(archive, sheet))


def _workbook(path: Path, data: bytes) -> CalamineWorkbook:
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


def _table(path: Path, sheet: str, texts: list[list[str | None]], options: Options) -> SourceTable:
    """The sheet below its header; columns without name and content at the edge are left out."""
    first, rows = int(options.get("header_row", 1)), int(options.get("header_rows", 1))
    header_row = first + rows - 1
    body = texts[header_row:]
    names = joined_names(texts[first - 1 : header_row]) if len(texts) >= header_row else []
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


def _formula_faults(content: bytes) -> dict[tuple[int, int], str]:
    """0-based (row, column) of each cell whose formula failed, with its text, as `#N/A`.

    calamine gives such a cell as empty, and an error would pass for a value that was not there.
    """
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


_OPTIONS = frozenset({"sheet", "header_row", "ignore_sheets", "largest_mb"}) | SHAPE_OPTIONS
READER = Reader("xlsx", _OPTIONS, read, keeps_midnight=True)
