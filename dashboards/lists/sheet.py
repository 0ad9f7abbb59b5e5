"""A table as a file: CSV with its notes above, XLSX with its notes on a second sheet.

The same table gives the same bytes: neither file holds the time at which it was made.
"""

import csv
import io
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from dashboards.context import Context
from dashboards.wording import formats
from dashboards.wording.words import sentence_case
from indicators.dissemination.spreadsheets import Value, as_text, new_workbook, write_table
from indicators.foundation.periods import Period

_WIDTH_OF_NOTES = 120
_NAME_LENGTH = 31  # as long as Excel lets the name of a sheet be


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
    writer.writerows([as_text(line)] for line in (sheet.title, *sheet.notes))
    writer.writerow([as_text(head) for head in sheet.heads])
    writer.writerows([_csv_value(value, language) for value in row] for row in sheet.rows)
    return text.getvalue().encode("utf-8-sig")


def _csv_value(value: Value, language: str) -> str:
    if value is None:
        return ""
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, str):
        return as_text(value)
    number = f"{value:.10g}"
    return number.replace(".", ",") if language == "fr" else number


def xlsx_bytes(sheets: Sequence[Sheet], notes_name: str) -> bytes:
    """A workbook with one sheet a table and a last one with the notes of all, in this order."""
    file = io.BytesIO()
    with new_workbook(file) as book:
        for sheet in sheets:
            write_table(book, _sheet_name(sheet.title), sheet.heads, sheet.rows)
        notes = book.add_worksheet(_sheet_name(notes_name))
        notes.set_column(0, 0, _WIDTH_OF_NOTES)
        lines = dict.fromkeys(line for sheet in sheets for line in (sheet.title, *sheet.notes))
        for number, line in enumerate(lines):
            notes.write_string(number, 0, line, book.look("text"))
    return file.getvalue()


def _sheet_name(title: str) -> str:
    """The title without what Excel forbids in the name of a sheet."""
    return "".join(letter for letter in title if letter not in "[]:*?/\\'")[:_NAME_LENGTH].strip()
