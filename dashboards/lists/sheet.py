"""A table as a file: CSV with its notes above, XLSX with its notes on a second sheet.

The same table gives the same bytes: neither file holds the time at which it was made.
"""

import csv
import io
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

import xlsxwriter

from dashboards.context import Context
from dashboards.wording import formats
from dashboards.wording.words import sentence_case
from indicators.foundation.periods import Period

_FIXED_DATE = datetime(2000, 1, 1, tzinfo=UTC)
_WIDEST = 60
_NAME_LENGTH = 31  # as long as Excel lets the name of a sheet be
# A spreadsheet would compute a text that begins so, also after blanks.
_FORMULA = re.compile(r"\s*[=+\-@\uff0b\uff0d\uff1d\uff20]|[\t\r\n]")
Value = str | float | date | None


@dataclass(frozen=True)
class Sheet:
    """A title, heads, rows with one value a head, and the lines that must be read with them."""

    title: str
    heads: Sequence[str]
    rows: Sequence[Sequence[Value]]
    notes: Sequence[str] = ()


def source_notes(context: Context, table: str = "", period: Period | None = None) -> list[str]:
    """Mission, area, period and release of what a file holds, and the mission's own notes.

    `table`: of the mart, whose rows are counted; where reports behind them are missing, it is said.
    """
    words = context.words
    source = words(
        "export.source",
        mission=context.mission_name,
        release=context.release.name,
        area=context.area_name(context.area),
        period=formats.period_name(context.period, words),
    )
    said = context.reports_of(table, period=period)
    lacking = [] if said is None else [sentence_case(words.said(said))]
    return [source, *lacking, *context.mission_notes]


def value_of(text: str, language: str) -> Value:
    """A cell's text as a number where it is nothing but one: 1,234.5 or 1 234,5; else the text."""
    plain = re.sub(r"[\u202f\u00a0]", "", text).replace("\u2212", "-")
    plain = plain.replace(",", ".") if language == "fr" else re.sub(r",(?=\d{3})", "", plain)
    return float(plain) if re.fullmatch(r"-?\d+(\.\d+)?", plain) else text or None


def csv_bytes(sheet: Sheet, language: str) -> bytes:
    """One table, UTF-8 with a mark for spreadsheets, in French divided by semicolons."""
    text = io.StringIO()
    writer = csv.writer(text, delimiter=";" if language == "fr" else ",", lineterminator="\r\n")
    writer.writerows([_text(line)] for line in (sheet.title, *sheet.notes))
    writer.writerow([_text(head) for head in sheet.heads])
    writer.writerows([_csv_value(value, language) for value in row] for row in sheet.rows)
    return text.getvalue().encode("utf-8-sig")


def _csv_value(value: Value, language: str) -> str:
    if value is None:
        return ""
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, str):
        return _text(value)
    number = f"{value:.10g}"
    return number.replace(".", ",") if language == "fr" else number


def _text(text: str) -> str:
    """A text that a spreadsheet shows as it is; a lone dash is no formula."""
    return f"'{text}" if len(text.strip()) > 1 and _FORMULA.match(text) else text


def xlsx_bytes(sheets: Sequence[Sheet], notes_name: str) -> bytes:
    """A workbook with one sheet a table and a last one with the notes of all, in this order."""
    file = io.BytesIO()
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    with xlsxwriter.Workbook(file, options) as book:
        book.set_properties({"created": _FIXED_DATE})
        looks = {
            "head": book.add_format({"bold": True, "text_wrap": True, "valign": "top"}),
            "text": book.add_format({"text_wrap": True, "valign": "top"}),
            "day": book.add_format({"num_format": "yyyy-mm-dd", "valign": "top"}),
        }
        for sheet in sheets:
            _write(book.add_worksheet(_sheet_name(sheet.title)), sheet, looks)
        notes = book.add_worksheet(_sheet_name(notes_name))
        notes.set_column(0, 0, 2 * _WIDEST)
        lines = dict.fromkeys(line for sheet in sheets for line in (sheet.title, *sheet.notes))
        for number, line in enumerate(lines):
            notes.write_string(number, 0, line, looks["text"])
    return file.getvalue()


def _sheet_name(title: str) -> str:
    """The title without what Excel forbids in the name of a sheet."""
    return "".join(letter for letter in title if letter not in "[]:*?/\\'")[:_NAME_LENGTH].strip()


def _write(page: Any, sheet: Sheet, looks: dict[str, Any]) -> None:
    for at, head in enumerate(sheet.heads):
        page.write_string(0, at, head, looks["head"])
        longest = max([len(head), *(len(str(row[at] or "")) for row in sheet.rows[:500])])
        page.set_column(at, at, min(_WIDEST, 2 + longest))
    for number, row in enumerate(sheet.rows, start=1):
        for at, value in enumerate(row):
            if value is None:
                continue
            if isinstance(value, str):
                page.write_string(number, at, value, looks["text"])
            elif isinstance(value, date):
                page.write_datetime(number, at, value, looks["day"])
            else:
                page.write_number(number, at, value)
    page.freeze_panes(1, 1)
    page.autofilter(0, 0, max(1, len(sheet.rows)), len(sheet.heads) - 1)
