"""Workbooks and CSV for people: equal content gives equal bytes, and no text becomes a formula."""

import csv
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import date, datetime
from numbers import Number
from pathlib import Path
from typing import IO, Any

import xlsxwriter
from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

Value = str | float | date | None
_CREATED = datetime(2000, 1, 1)  # no clock in the file
_OPTIONS = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
_TOP = {"text_wrap": True, "valign": "top"}
_LOOKS: Mapping[str, Mapping[str, Any]] = {
    "head": {"bold": True, **_TOP},
    "ruled_head": {"bold": True, **_TOP, "bottom": 1},
    "key": {"font_color": "#595959", "italic": True},
    "text": _TOP,
    "day": {"num_format": "yyyy-mm-dd", "valign": "top"},
    "moment": {"num_format": "yyyy-mm-dd hh:mm", "valign": "top"},
    "whole": {"num_format": "0", "valign": "top"},  # also of a year
    "thousands": {"num_format": "#,##0", "valign": "top"},
    # Of a number that is not whole; the cell holds all its digits.
    "number": {"num_format": "#,##0.0##", "valign": "top"},
    "small_number": {"num_format": "0.0####", "valign": "top"},
}
NUMBER_LOOKS = ("whole", "thousands", "number", "small_number")
_THOUSANDS = 10_000  # from here digits stand in groups
_WIDEST, _SAMPLED = 60, 500  # characters; rows that a width is taken from
# A spreadsheet would compute a text that begins so, also after blanks.
_FORMULA = re.compile(r"\s*[=+\-@\uff0b\uff0d\uff1d\uff20]|[\t\r\n]")
_NUMBER = re.compile(r"-?\d+(\.\d+)?(e[+-]?\d+)?", re.IGNORECASE | re.ASCII)


class Book(xlsxwriter.Workbook):
    """A workbook with the looks that all share, each made where it is asked for."""

    def look(self, name: str) -> Format:
        """The format of this name; the same object each time."""
        made: dict[str, Format] = self.__dict__.setdefault("_made", {})
        return made.get(name) or made.setdefault(name, self.add_format({**_LOOKS[name]}))


@contextmanager
def new_workbook(file: Path | IO[bytes], title: str = "") -> Iterator[Book]:
    """A workbook that stands at `file` once it is whole, in place of an earlier one."""
    coming = file.with_name(f".{file.name}.tmp") if isinstance(file, Path) else file
    with Book(coming, _OPTIONS | {"in_memory": coming is file}) as book:
        book.set_properties({"created": _CREATED} | ({"title": title} if title else {}))
        yield book
    if isinstance(file, Path) and isinstance(coming, Path):
        coming.replace(file)


def write_table(
    book: Book,
    name: str,
    heads: Sequence[str],
    rows: Iterable[Sequence[Value]],
    widths: Sequence[float] = (),
) -> Worksheet:
    """A sheet with heads that stay and can be filtered by; a row's values under them.

    `widths`: in characters; none: by what the columns hold.
    """
    sheet, lines = book.add_worksheet(name), [*rows]
    for at, head in enumerate(heads):
        sheet.write_string(0, at, head, book.look("head"))
        sheet.set_column(at, at, widths[at] if widths else width_of(head, lines, at))
    for number, line in enumerate(lines, start=1):
        for at, value in enumerate(line):
            write_value(book, sheet, number, at, value)
    keep_heads(sheet, 0, len(lines), len(heads))
    return sheet


def keep_heads(sheet: Worksheet, head: int, last: int, columns: int, fixed: int = 1) -> None:
    """Rows up to the heads' row and the first columns stay in sight; the heads filter.

    `head`, `last`: rows as the library counts them, from 0."""
    sheet.freeze_panes(head + 1, fixed)
    sheet.autofilter(head, 0, max(head + 1, last), max(0, columns - 1))


def width_of(head: str, lines: Sequence[Sequence[Any]], at: int) -> int:
    """The width in characters of a column by its head and what its first rows show."""
    shown = (_shown(line[at]) for line in lines[:_SAMPLED])
    return min(_WIDEST, 2 + max([len(head), *map(len, shown)]))


def _shown(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, Number):
        return f"{value:,.0f}" if _is_whole(value) else f"{value:,.3f}"
    return f"{value:%Y-%m-%d}" if isinstance(value, date) else str(value)


def _is_whole(value: Any) -> bool:
    return float(value).is_integer()


def number_look(value: Any) -> str:
    """The name of the look of a number."""
    size = abs(value)
    if _is_whole(value):
        return "whole" if size < _THOUSANDS else "thousands"
    return "number" if size >= 1 else "small_number"


def write_value(book: Book, sheet: Worksheet, row: int, column: int, value: Value) -> None:
    """A cell by the type of its value; None: no cell."""
    if isinstance(value, date):
        look = book.look("moment" if isinstance(value, datetime) else "day")
        sheet.write_datetime(row, column, value, look)
    elif isinstance(value, Number) and not isinstance(value, bool):
        sheet.write_number(row, column, float(value), book.look(number_look(value)))
    elif value is not None:
        sheet.write_string(row, column, str(value), book.look("text"))


def as_text(text: str) -> str:
    """A text that a spreadsheet shows as it is; a lone dash and a number are no formulas."""
    is_formula = _FORMULA.match(text) and len(text.strip()) > 1 and not _NUMBER.fullmatch(text)
    return f"'{text}" if is_formula else text


def write_csv(path: Path, rows: Iterable[Sequence[Any]], encoding: str = "utf-8") -> None:
    """A CSV file; texts that a spreadsheet would compute are marked as texts, numbers stay."""
    with path.open("w", encoding=encoding, newline="") as file:
        writer = csv.writer(file, lineterminator="\r\n")
        writer.writerows(
            [as_text(value) if isinstance(value, str) else value for value in row] for row in rows
        )
