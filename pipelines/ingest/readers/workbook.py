"""One sheet of a workbook as a table of text, whatever format the workbook has.

Dates in ISO form, whole numbers without a dot. What a format packs and refuses does not belong
here (`xlsx.py`, `xls.py`, `ods.py`).
Options: `sheet` (its name; needed where the workbook has several), `sheets` (names or patterns of
sheets that are read below each other, in the place of `sheet`; sheets of several kinds, each with
the options that are its own), `header_row` (1), `ignore_sheets` (names or patterns of sheets that
are known and not read: others that hold something are told), `largest_mb` (256: unpacked size up to
which a workbook is opened at all), and those of the shape of the sheet (`sheet_shape.py`).
"""

import re
import zipfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from io import BytesIO
from pathlib import Path

from python_calamine import CalamineError, CalamineWorkbook

from indicators.foundation.errors import Problem, WrongUse
from pipelines.ingest.readers.sheet_shape import (
    EPOCH,
    OF_ABOVE,
    SHAPE_OPTIONS,
    fill_merged,
    in_shape,
    joined_names,
)
from pipelines.ingest.readers.table import (
    Options,
    ReaderWarning,
    SourceTable,
    refuse_odd_cells,
    sheet_entry,
    source_table,
    unique_header,
    without_blank_rows,
    without_header_again,
)
from pipelines.ingest.readers.unpacked import DAMAGED, unpacked_bytes

WORKBOOK_OPTIONS = (
    frozenset({"sheet", "sheets", "header_row", "ignore_sheets", "largest_mb"}) | SHAPE_OPTIONS
)
LARGEST_MB = 256
OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
ZIP = b"PK\x03\x04"
MB = 1 << 20
_LOOKED_AT = 4096
_PROLOG_BYTES = 1 << 16
_SHEETS_NAMED = 10
_MOST_COLUMNS = 16_384  # as many as any workbook program has
_MOST_SHEETS = 1000
_PROLOG = re.compile(rb"(?:\s|<\?.*?\?>|<!--.*?-->)*", re.DOTALL)  # what may stand before the XML
ENCRYPTED = "EncryptedPackage".encode("utf-16-le")
_THREE_DIGITS = re.compile(r"-?[1-9]\d{0,2}\.\d{3}")
Cell = str | float | int | bool | date | datetime | time | timedelta
Texts = list[list[str | None]]


class NumberText(str):
    """The text of a cell that holds a number: its point is a decimal sign, whatever is declared."""


@dataclass(frozen=True)
class Workbook:
    """An opened workbook: its sheets, the cells of one from A1 on, whether one holds anything.

    `epoch`: day 0 of its dates. `texts` raises WrongUse for a sheet that cannot be read.
    """

    path: Path
    sheets: tuple[str, ...]
    texts: Callable[[str], Texts]
    holds_something: Callable[[str], bool]
    epoch: datetime = EPOCH


def read_sheets(book: Workbook, options: Options) -> Iterator[SourceTable]:
    """The sheets that the options name, in the order of the workbook. Raises WrongUse as
    `read_sheet` does."""
    wanted = options.get("sheets")
    if not wanted:
        yield read_sheet(book, options)
        return
    patterns, known = _patterns(wanted), _patterns(options.get("ignore_sheets", ()))
    own = wanted if isinstance(wanted, Mapping) else {}
    named = {
        name: sheet_entry(patterns, name) for name in book.sheets if not sheet_entry(known, name)
    }
    missing = [one for one in patterns if one not in named.values()]
    if missing and (own or len(missing) == len(patterns)):
        listed = ", ".join(f"'{name}'" for name in book.sheets)
        facts = {"sheets": listed}
        raise WrongUse(Problem("missing_sheet", book.path.name, missing[0], parameters=facts))
    ignored = [*known, *patterns]
    for name, entry in named.items():
        if entry and book.holds_something(name):
            of_sheet = {**options, **(own.get(entry) or {}), "sheet": name}
            yield read_sheet(book, {**of_sheet, "ignore_sheets": ignored})
            ignored = ["*"]  # told once what is not read


def read_sheet(book: Workbook, options: Options) -> SourceTable:
    """The sheet that the options name. Raises WrongUse where there is none, or no header."""
    sheet = sheet_name(book, options.get("sheet"))
    table = below_header(book.path, sheet, book.texts(sheet), options)
    refuse_odd_cells(book.path, table)
    if any(options.get(name) for name in OF_ABOVE):
        above = book.texts(sheet)[: int(options.get("header_row", 1)) - 1]
        options = {**options, "above": above}
    table = in_shape(table, options, book.path.name, book.epoch)
    others = _sheets_not_read(book, sheet, options.get("ignore_sheets", ()))
    return replace(table, remarks=(*table.remarks, *others))


def limit_of(options: Options) -> int:
    """`largest_mb` of the options."""
    return int(options.get("largest_mb", LARGEST_MB))


def refuse_other_kinds(path: Path, data: bytes, magic: bytes, other: str) -> None:
    """Raises WrongUse for what is no workbook of this kind, naming what it is.

    `other`: the rule where it is a workbook of the other container.
    """
    if not data.strip():
        raise WrongUse(Problem("empty_file", path.name))
    if data.startswith(OLE) and ENCRYPTED in data:
        raise WrongUse(Problem("encrypted", path.name))
    if data.startswith(magic):
        return
    if data.startswith((OLE, ZIP)):
        raise WrongUse(Problem(other, path.name))
    if data[:_LOOKED_AT].lstrip().lower().startswith((b"<html", b"<!doctype html", b"<table")):
        raise WrongUse(Problem("html_not_workbook", path.name))
    if b"\0" not in data[:_LOOKED_AT]:
        raise WrongUse(Problem("text_not_workbook", path.name))


def refuse_large(path: Path, data: bytes, largest_mb: int) -> None:
    """Raises WrongUse for a container that unpacks to more than the limit, without unpacking it."""
    limit = largest_mb * MB
    try:
        size = unpacked_bytes(data, limit)
    except DAMAGED as error:
        raise unreadable(path, str(error)) from None
    if size > limit:
        packed = f"{len(data) / MB:.1f}"
        parameters = {"packed": packed, "unpacked": round(size / MB), "limit": largest_mb}
        raise WrongUse(Problem("workbook_too_large", path.name, parameters=parameters))


def refuse_active_parts(path: Path, data: bytes, macros: Callable[[str], bool]) -> None:
    """Raises WrongUse for a packed workbook with macros, or XML that defines entities.

    `macros`: whether a part of this name is one. To be asked once its size is known.
    """
    try:
        with zipfile.ZipFile(BytesIO(data)) as archive:
            for name in archive.namelist():
                if macros(name):
                    raise WrongUse(Problem("workbook_macros", path.name))
                if name.endswith((".xml", ".rels")) and _has_entities(archive, name):
                    part = {"part": name[:80]}
                    raise WrongUse(Problem("xml_entities", path.name, parameters=part))
    except DAMAGED as error:
        raise unreadable(path, str(error)) from None


def _has_entities(archive: zipfile.ZipFile, name: str) -> bool:
    """Whether the XML has a document type, which no workbook program writes; it stands first.

    So does what never comes to its root, behind remarks without end.
    """
    with archive.open(name) as part:
        start = part.read(_PROLOG_BYTES).removeprefix(b"\xef\xbb\xbf")
    for encoding in ("utf-16-le", "utf-16-be"):
        if "<!DOCTYPE".encode(encoding) in start:
            return True
    begun = start[_PROLOG.match(start).end() :]  # type: ignore[union-attr]
    return begun.startswith((b"<!DOCTYPE", b"<!--", b"<?")) or (
        not begun and len(start) == _PROLOG_BYTES
    )


def calamine_workbook(path: Path, data: bytes) -> CalamineWorkbook:
    """The workbook as calamine opens it. Raises WrongUse where it cannot."""
    try:
        return CalamineWorkbook.from_filelike(BytesIO(data))
    except (CalamineError, OSError) as error:
        raise unreadable(path, str(error)) from None


def calamine_texts(path: Path, book: CalamineWorkbook, sheet: str) -> Texts:
    """The cells of a sheet as text, from A1 on. Raises WrongUse where it cannot be read."""
    try:
        grid = book.get_sheet_by_name(sheet).to_python(skip_empty_area=False)
    except CalamineError as error:
        raise unreadable(path, str(error), sheet) from None
    return texts_of(grid)


def unreadable(path: Path, reason: str, sheet: str | None = None) -> WrongUse:
    """The refusal of a file that cannot be read, with a reason that quotes no cell."""
    return WrongUse(Problem("unreadable", path.name, sheet, parameters={"reason": reason}))


def refuse_large_grid(path: Path, sheet: str, rows: int, columns: int, most: int) -> None:
    """Raises WrongUse where a lone cell far away would make the grid too large for the memory."""
    if rows * columns > most or columns > _MOST_COLUMNS:
        parameters = {"rows": rows, "columns": columns}
        raise WrongUse(Problem("sheet_too_wide", path.name, sheet, parameters=parameters))


def refuse_many_sheets(path: Path, sheets: int) -> None:
    """Raises WrongUse for more sheets than a person would ever look through."""
    if sheets > _MOST_SHEETS:
        parameters = {"sheets": sheets, "most": _MOST_SHEETS}
        raise WrongUse(Problem("too_many_sheets", path.name, parameters=parameters))


def texts_of(grid: list[list[Cell]]) -> Texts:
    """The cells of a sheet as text; most are text already, or empty, or a number seen before."""
    numbers = _NumberTexts()
    return [
        [
            (cell or None)
            if type(cell) is str
            else (numbers[cell] if type(cell) is float else text_of(cell))
            for cell in row
        ]
        for row in grid
    ]


class _NumberTexts(dict[float, str | None]):
    """The texts of numbers, each made once."""

    def __missing__(self, number: float) -> str | None:
        self[number] = text = text_of(number)
        return text


def text_of(cell: Cell) -> str | None:
    """A cell as the text that a person would type for it."""
    if isinstance(cell, str):
        return cell or None
    if isinstance(cell, bool):
        return "true" if cell else "false"
    if isinstance(cell, float):
        # Workbooks know no whole numbers: 3 is stored as 3.0. Beyond 2**53 digits are lost there.
        if cell.is_integer() and abs(cell) < 2**53:
            return str(int(cell))
        return NumberText(repr(cell))
    if isinstance(cell, timedelta):
        return _duration(cell)
    return cell.isoformat(" ") if isinstance(cell, datetime) else str(cell)


def _duration(length: timedelta) -> str:
    minutes, seconds = divmod(round(length.total_seconds()), 60)
    return f"{minutes // 60:02d}:{minutes % 60:02d}:{seconds:02d}"


def sheet_name(book: Workbook, wanted: str | None) -> str:
    """The sheet that is wanted, or the only one. Raises WrongUse where that says nothing."""
    if wanted is None and len(book.sheets) == 1:
        return book.sheets[0]
    if wanted in book.sheets:
        return str(wanted)
    rule = "sheet_not_named" if wanted is None else "missing_sheet"
    listed = ", ".join(f"'{name}'" for name in book.sheets)
    raise WrongUse(Problem(rule, book.path.name, wanted, parameters={"sheets": listed}))


def below_header(path: Path, sheet: str, texts: Texts, options: Options) -> SourceTable:
    """The sheet below its header; columns without name and content at the edge are left out.

    Raises WrongUse (`empty_file`) where there is no header.
    """
    first, rows = int(options.get("header_row", 1)), int(options.get("header_rows", 1))
    header_row = first + rows - 1
    body = texts[header_row:]
    fill_merged(body)
    names = joined_names(texts[first - 1 : header_row]) if len(texts) >= header_row else []
    if not any(names):
        raise WrongUse(Problem("empty_file", path.name, sheet))
    used = [at for at, name in enumerate(names) if name or any(row[at] for row in body)]
    numbered = unique_header(names)
    header = [numbered[at] for at in used]
    _mark_numbers(body, [at for at in used if numbered[at] in options.get("numbers", ())])
    is_all = len(used) == len(names) and {len(row) for row in body} == {len(names)}
    records = body if is_all else [[row[at] for at in used] for row in body]
    numbers = range(header_row + 1, header_row + 1 + len(records))
    table = without_blank_rows(source_table(sheet, header, records, numbers))
    return without_header_again(
        table, [[row[at] for at in used] for row in texts[first - 1 : header_row]]
    )


def _mark_numbers(body: Texts, columns: Sequence[int]) -> None:
    """1.234 as a number becomes 1.2340 in these columns, which nobody can take for thousands."""
    for row in body:
        for at in columns:
            cell = row[at]
            if type(cell) is NumberText and cell[-4:-3] == "." and _THREE_DIGITS.fullmatch(cell):
                row[at] = f"{cell}0"


def _patterns(given: str | Sequence[str]) -> tuple[str, ...]:
    return (given,) if isinstance(given, str) else tuple(given)


def _sheets_not_read(
    book: Workbook, sheet: str, ignored: str | Sequence[str]
) -> Iterator[ReaderWarning]:
    """A remark that names the sheets that hold something and that no mapping reads."""
    patterns = _patterns(ignored)
    others = [
        name
        for name in book.sheets
        if name != sheet and not sheet_entry(patterns, name) and book.holds_something(name)
    ]
    if others:
        shown = ", ".join(f"'{name[:31]}'" for name in others[:_SHEETS_NAMED])
        more = " …" if len(others) > _SHEETS_NAMED else ""
        yield ReaderWarning(None, "sheets_not_read", parameters={"sheets": shown + more})
