"""Opening an XLSX workbook: what it packs, its sheets, the cells of one as text.

Stands below the readers of workbooks and of exports that are workbooks.
"""

import re
import zipfile
from collections.abc import Iterator
from datetime import date
from functools import cache, partial
from io import BytesIO
from pathlib import Path
from xml.etree import ElementTree

from python_calamine import CalamineError, CalamineWorkbook

from pipelines.ingest.readers.sheet_shape import EPOCH, EPOCH_1904, MergedText
from pipelines.ingest.readers.table import WITHOUT_VALUE
from pipelines.ingest.readers.unpacked import DAMAGED_XML
from pipelines.ingest.readers.workbook import (
    LARGEST_MB,
    ZIP,
    Cell,
    Texts,
    Workbook,
    calamine_workbook,
    refuse_active_parts,
    refuse_large,
    refuse_large_grid,
    refuse_many_sheets,
    refuse_other_kinds,
    texts_of,
    unreadable,
)

_LARGEST_GRID = 25_000_000  # cells between A1 and the last cell, which are all kept in memory
# A row or a cell, whatever it is prefixed with, and its place where it names one. What stands
# before the place is looked at up to the next tag: once, however long or hostile it is.
_ROW_OR_CELL = re.compile(
    rb"<(?:[^\s<>:/]*:)?(?:(row)|c)\b"
    rb"(?:[^<]*?\br\s*=\s*[\"'](?:(\d{1,9})[\"']|([A-Z]{1,3})\d))?"
)
# As nearly all programs write them, the place first, which is found many times as fast.
_PLAIN_ROW = re.compile(rb'<row r="(\d{1,9})"')
_PLAIN_CELL = re.compile(rb'<c r="([A-Z]{1,3})\d')
_NOT_PLAIN = tuple(
    re.compile(tag)
    for tag in (rb'<row\b(?! r="\d{1,9}")', rb'<c\b(?! r="[A-Z]{1,3}\d)', rb":row\b", rb":c\b")
)
# Each of these looks a bounded way ahead: a damaged or hostile sheet must not take for ever.
_FAULT_TYPES = (b'"e"', b"'e'")
_FAULT_CELL = re.compile(
    rb"<(?:\w{1,20}:)?c\b(?=[^<>]{0,400}?\bt\s{0,9}=\s{0,9}[\"']e[\"'])"
    rb"[^<>]{0,400}?\br\s{0,9}=\s{0,9}[\"']([A-Z]{1,3})(\d{1,9})[\"'][^<>]{0,400}>\s{0,9}"
    rb"(?:<(?:\w{1,20}:)?f\b[^<>]{0,400}(?:/>|>[^<]{0,9000}</(?:\w{1,20}:)?f>))?\s{0,9}"
    rb"<(?:\w{1,20}:)?v\b[^<>]{0,99}>([^<]{0,40})</"
)
_FORMULA = (b"<f", b":f")
_UNCALCULATED = re.compile(
    rb"<(?:\w{1,20}:)?c\b([^<>]{0,400})>\s{0,9}"
    rb"<(?:\w{1,20}:)?f\b[^<>]{0,400}(?:/>|>[^<]{0,9000}</(?:\w{1,20}:)?f>)\s{0,9}"
    rb"(?:<(?:\w{1,20}:)?v\b[^<>]{0,99}(?:/>|></(?:\w{1,20}:)?v>)\s{0,9})?</(?:\w{1,20}:)?c>"
)
_PLACE = re.compile(rb"\br\s{0,9}=\s{0,9}[\"']([A-Z]{1,3})(\d{1,9})[\"']")
_EMPTY_TEXT = re.compile(rb"\bt\s{0,9}=\s{0,9}[\"']str[\"']")  # a formula that gave no character
_STYLED = re.compile(
    rb"<(?:\w{1,20}:)?c\b(?=[^<>]{0,400}?\bs\s{0,9}=\s{0,9}[\"'](\d{1,6})[\"'])"
    rb"[^<>]{0,400}?\br\s{0,9}=\s{0,9}[\"']([A-Z]{1,3})(\d{1,9})[\"']"
)
_TIMES = frozenset({"18", "19", "20", "21", "22"})  # formats with hours that every workbook knows
_PERCENTS = frozenset({"9", "10"})
_NOT_SHOWN = re.compile(r"\[(?!h)[^\]]*\]|\"[^\"]*\"|\\.", re.IGNORECASE)
_DATE_1904 = re.compile(
    rb"<(?:\w{1,20}:)?workbookPr\b[^>]*\bdate1904\s{0,9}=\s{0,9}[\"'](?:1|true)[\"']"
)
_VALUE = re.compile(rb"<(?:\w{1,20}:)?(?:v|is)[\s>]")


def workbook(path: Path, largest_mb: int = LARGEST_MB) -> Workbook:
    """The workbook, opened. Raises WrongUse for what is none, is too large or has macros."""
    data = path.read_bytes()
    refuse_other_kinds(path, data, ZIP, "old_workbook")
    refuse_large(path, data, largest_mb)
    refuse_active_parts(path, data, lambda name: name.lower().endswith("vbaproject.bin"))
    book = calamine_workbook(path, data)
    refuse_many_sheets(path, len(book.sheet_names))
    return Workbook(
        path,
        tuple(book.sheet_names),
        partial(_sheet_texts, path, data, book),
        partial(_holds_something, data),
        EPOCH_1904 if _counts_from_1904(data) else EPOCH,
    )


def _counts_from_1904(data: bytes) -> bool:
    """Whether the workbook counts its dates from 1904, as those of old Macintosh programs do."""
    with zipfile.ZipFile(BytesIO(data)) as archive:
        if "xl/workbook.xml" not in archive.namelist():
            return False
        return bool(_DATE_1904.search(archive.read("xl/workbook.xml")))


def _sheet_texts(path: Path, data: bytes, book: CalamineWorkbook, sheet: str) -> Texts:
    """The cells of a sheet as text, from A1 on; a formula that failed as its fault."""
    try:
        content = _sheet_content(data, sheet)
        rows, columns, are_placed = _extent(content)
        refuse_large_grid(path, sheet, rows, columns, _LARGEST_GRID)
        opened = book.get_sheet_by_name(sheet)
        grid = opened.to_python(skip_empty_area=False)
        content = content if are_placed else _with_places(content)
        faults = _formula_faults(content)
        midnights = list(_midnights(data, content, grid))
    except (CalamineError, *DAMAGED_XML) as error:
        raise unreadable(path, str(error).strip() or type(error).__name__, sheet) from None
    texts = texts_of(grid)
    for (row, first), (bottom, last) in opened.merged_cell_ranges or ():
        if row < len(texts) and (text := texts[row][first]):
            texts[row][first] = merged = MergedText(text)
            merged.width, merged.height = last - first + 1, bottom - row + 1
    for row, column in midnights:
        texts[row][column] = f"{texts[row][column]} 00:00:00"
    for (row, column), fault in faults.items():
        if row < len(texts) and column < len(texts[row]):
            texts[row][column] = fault
    for row, column in _without_value(content):
        # a row of formulas alone, drawn down below the data, holds nothing
        if row < len(texts) and column < len(texts[row]) and any(texts[row]):
            texts[row][column] = WITHOUT_VALUE
    return texts


def _extent(content: bytes) -> tuple[int, int, bool]:
    """Rows and columns up to the last cell of a sheet, and whether each cell names its place."""
    if not any(tag.search(content) for tag in _NOT_PLAIN):
        last = max(map(int, _PLAIN_ROW.findall(content)), default=0)
        names = set(_PLAIN_CELL.findall(content))
        return last, max((_column_index(name.decode()) + 1 for name in names), default=0), True
    rows, columns, are_placed = 0, 0, True
    for tag, row, column in _in_order(content):
        rows, columns = max(rows, row), max(columns, column)
        are_placed = are_placed and bool(tag[1] or tag[3])
    return rows, columns, are_placed


def _in_order(content: bytes) -> Iterator[tuple[re.Match[bytes], int, int]]:
    """Each row and cell of any sheet with its number and column from 1 on: one that names no place
    stands after the one before it."""
    index_of = cache(_column_index)
    row = column = 0
    for tag in _ROW_OR_CELL.finditer(content):
        is_row, number, letters = tag.groups()
        if is_row:
            row, column = int(number) if number else row + 1, 0
        else:
            column = index_of(letters.decode()) + 1 if letters else column + 1
        yield tag, row, column


def _with_places(content: bytes) -> bytes:
    """The sheet with the place of each cell, by which what calamine does not tell is found."""
    placed, end = bytearray(), 0
    for tag, row, column in _in_order(content):
        if not tag[1] and not tag[3]:
            placed += content[end : tag.end()] + f' r="{_column_name(column)}{row}"'.encode()
            end = tag.end()
    return bytes(placed + content[end:])


def _holds_something(data: bytes, sheet: str) -> bool:
    """Whether a cell of the sheet has a value; a sheet of a chart alone has none."""
    try:
        content = _sheet_content(data, sheet)
    except DAMAGED_XML:
        return False
    return _VALUE.search(content) is not None


def _sheet_content(data: bytes, sheet: str) -> bytes:
    with zipfile.ZipFile(BytesIO(data)) as archive:
        return archive.read(_sheet_part(archive, sheet))


def _formula_faults(content: bytes) -> dict[tuple[int, int], str]:
    """0-based (row, column) of each cell whose formula failed, with its text, as `#N/A`.

    calamine gives such a cell as empty, and an error would pass for a value that was not there.
    """
    if not any(kind in content for kind in _FAULT_TYPES):
        return {}
    return {
        (int(row) - 1, _column_index(letters.decode())): fault.decode()
        for letters, row, fault in _FAULT_CELL.findall(content)
    }


def _without_value(content: bytes) -> Iterator[tuple[int, int]]:
    """0-based (row, column) of each cell with a formula that no program has calculated."""
    if not any(sign in content for sign in _FORMULA):
        return
    for found in _UNCALCULATED.finditer(content):
        place = _PLACE.search(found[1])
        if place and not _EMPTY_TEXT.search(found[1]):
            yield int(place[2]) - 1, _column_index(place[1].decode())


def _midnights(data: bytes, content: bytes, grid: list[list[Cell]]) -> Iterator[tuple[int, int]]:
    """0-based (row, column) of each day whose format shows a time of day: it is midnight.

    calamine gives it as it gives a day without one.
    """
    days = {
        (row, column)
        for row, cells in enumerate(grid)
        if date in map(type, cells)
        for column, cell in enumerate(cells)
        if type(cell) is date
    }
    yield from _cells_showing(data, content, "h", _TIMES) & days if days else ()


def percent_cells(path: Path, sheet: str) -> set[tuple[int, int]]:
    """0-based (row, column) of each cell of an XLSX workbook that shows a percentage: a hundred
    times its number."""
    data = path.read_bytes()
    return _cells_showing(data, _sheet_content(data, sheet), "%", _PERCENTS)


def _cells_showing(
    data: bytes, content: bytes, sign: str, known: frozenset[str]
) -> set[tuple[int, int]]:
    """The cells whose number format shows the sign, or is one of those that workbooks know."""
    styles = _styles_showing(data, sign, known)
    return {
        (int(row) - 1, _column_index(letters.decode()))
        for style, letters, row in (_STYLED.findall(content) if styles else ())
        if int(style) in styles
    }


def _styles_showing(data: bytes, sign: str, known: frozenset[str]) -> set[int]:
    with zipfile.ZipFile(BytesIO(data)) as archive:
        if "xl/styles.xml" not in archive.namelist():
            return set()
        styles = ElementTree.fromstring(archive.read("xl/styles.xml"))
    own = {
        entry.get("numFmtId")
        for entry in styles.iterfind(".//{*}numFmt")
        if sign in _NOT_SHOWN.sub("", entry.get("formatCode", "")).lower()
    }
    formats = styles.find("{*}cellXfs")
    numbers = [entry.get("numFmtId", "0") for entry in formats] if formats is not None else []
    return {at for at, number in enumerate(numbers) if number in own | known}


def _sheet_part(archive: zipfile.ZipFile, sheet: str) -> str:
    """The name of the XML part that holds the sheet."""
    workbook = ElementTree.fromstring(archive.read("xl/workbook.xml"))
    relations = ElementTree.fromstring(archive.read("xl/_rels/workbook.xml.rels"))
    targets = {entry.get("Id"): entry.get("Target", "") for entry in relations}
    # of any namespace: a workbook saved as Strict Open XML has others
    named = {
        entry.get("name"): next((own for name, own in entry.items() if name.endswith("}id")), "")
        for entry in workbook.iterfind(".//{*}sheet")
    }
    target = targets[named[sheet]]
    return target.lstrip("/") if target.startswith("/") else f"xl/{target}"


def _column_index(letters: str) -> int:
    """0-based position of a column named A, B, …, AA, …"""
    index = 0
    for letter in letters:
        index = index * 26 + ord(letter) - ord("A") + 1
    return index - 1


def _column_name(number: int) -> str:
    """A for 1, and so on; the library that writes workbooks has this, and takes long to load."""
    name = ""
    while number:
        number, rest = divmod(number - 1, 26)
        name = chr(ord("A") + rest) + name
    return name
