"""A list declared once: its columns give the table of a card, CSV, XLSX and the rows of the API."""

import csv
import io
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import pandas as pd
from dash import html

from dashboards.components.card import page_link
from dashboards.components.table import Column, table
from dashboards.reading.access import AUDIENCES, Audience
from dashboards.reading.context import Context
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
    """The title in whole words without what Excel forbids in the name of a sheet."""
    plain = "".join(letter for letter in title if letter not in "[]:*?/\\'").strip()
    whole = plain[: _NAME_LENGTH + 1].rpartition(" ")[0]
    return plain if len(plain) <= _NAME_LENGTH else whole or plain[:_NAME_LENGTH]


LIST_ROUTE = "/list"
Row = Any  # a mapping or an object with the columns as keys or attributes
Write = Callable[[Context, Row], Any]


@dataclass(frozen=True)
class Field:
    """A column. `value`: the name of what it holds, `key` where none is given, or what writes it.

    `shown`: what a card shows instead. `head`: a message, or the words themselves from the context;
    without it `<heads of the list>.head.<key>`. `audiences`: whose files and cards have the column.
    """

    key: str
    value: str | Write = ""
    shown: Write | None = None
    head: str | Callable[[Context], str] = ""
    is_number: bool = False  # set right on cards
    audiences: Sequence[Audience] = AUDIENCES

    def plain(self, context: Context, row: Row) -> Value:
        """What a file holds: text, number, day or nothing."""
        if callable(self.value):
            return _plain(self.value(context, row))
        return _plain(value_in(row, self.value or self.key))

    def cell(self, context: Context, row: Row) -> Any:
        """What a card shows: numbers and days in the reader's language."""
        if self.shown is not None:
            return self.shown(context, row)
        found = self.plain(context, row)
        if isinstance(found, date):
            return formats.day(found, context.words)
        return found if isinstance(found, str) else formats.number_or_dash(found, context.words)


@dataclass(frozen=True)
class Listing:
    """Rows and their columns under a name. `title`, `note`: messages, or words from the context.

    `heads`: where the words of its heads begin. `also`: further sheets of its workbook. `counts`:
    the table of the mart whose rows are counted, `over` which period: missing reports are noted.
    """

    name: str
    title: str | Callable[[Context], str]
    heads: str
    fields: Sequence[Field] | Callable[[Context], Sequence[Field]]
    rows: Callable[[Context], Sequence[Row]]
    note: str | Callable[[Context], str] = ""
    notes: Callable[[Context], Sequence[str]] | None = None
    counts: str = ""
    over: Callable[[Context], Period] | None = None
    also: Sequence["Listing"] = ()

    def columns(self, context: Context) -> list[Field]:
        """The columns that the audience has."""
        fields = self.fields(context) if callable(self.fields) else self.fields
        return [field for field in fields if context.audience in field.audiences]

    def head(self, context: Context, field: Field) -> str:
        """What stands above a column."""
        return _words(context, field.head or f"{self.heads}.head.{field.key}")

    def sheets(self, context: Context) -> list[Sheet]:
        """All tables of its workbook; a CSV holds the first."""
        columns = self.columns(context)
        note = [_words(context, self.note)] if self.note else []
        own = Sheet(
            _words(context, self.title),
            [self.head(context, field) for field in columns],
            [[field.plain(context, row) for field in columns] for row in self.rows(context)],
            [*note, *self._notes(context)],
        )
        return [own, *(sheet for one in self.also for sheet in one.sheets(context))]

    def _notes(self, context: Context) -> Sequence[str]:
        if self.notes is not None:
            return self.notes(context)
        period = self.over(context) if self.over else None
        return source_notes(context, self.counts, period)

    def records(self, context: Context) -> list[dict[str, Value]]:
        """The rows by the keys of their columns, the same in both languages."""
        columns = self.columns(context)
        return [
            {field.key: field.plain(context, row) for field in columns}
            for row in self.rows(context)
        ]

    def table(self, context: Context, rows: Sequence[Row], without: Sequence[str] = ()) -> html.Div:
        """These rows as a card shows them, without some of the columns."""
        columns = [field for field in self.columns(context) if field.key not in without]
        cells = [[field.cell(context, row) for field in columns] for row in rows]
        heads = [Column(self.head(context, field), field.is_number) for field in columns]
        return table(heads, cells, _words(context, self.title))

    def files(self, context: Context, title: str = "", **changes: str | None) -> html.Div:
        """Links to its files for the page's address; `changes` as in `Address.link`."""
        words, kept = context.words, {"view": None, "theme": None, **changes}
        query = context.address.link(**kept).partition("?")[2]
        links = []
        for kind in ("csv", "xlsx"):
            at = f"{LIST_ROUTE}/{self.name}.{kind}"
            named = title or _words(context, self.title)
            said = {"aria-label": words("export.button", kind=kind.upper(), title=named)}
            href = f"{at}?{query}" if query else at
            links.append(html.A(kind.upper(), href=href, className="take", download="", **said))
        return html.Div([html.Span(words("lists.label")), *links], className="take-away list-files")


def _words(context: Context, given: str | Callable[[Context], str]) -> str:
    return given(context) if callable(given) else context.words(given)


def value_in(row: Row, name: str) -> Any:
    """What a row holds under a name."""
    return row[name] if isinstance(row, Mapping) else getattr(row, name)


def _plain(found: Any) -> Value:
    """Nothing, text, a day or a number, whatever a frame makes of it."""
    if isinstance(found, str):
        return found
    if formats.is_missing(found):
        return None
    if isinstance(found, pd.Timestamp):
        return found.date()
    return found if isinstance(found, date | int) else float(found)


def area(context: Context, row: Row) -> str:
    """The name of the row's area."""
    return context.area_name(value_in(row, "area"))


def area_link(context: Context, row: Row) -> html.A:
    """The same as a link that chooses it."""
    return page_link(area(context, row), context.address.link(area=value_in(row, "area")))


def label(vocabulary: str, name: str = "") -> Write:
    """The words for a code of a vocabulary, which the column is named after unless said."""
    return lambda context, row: context.words.label(vocabulary, value_in(row, name or vocabulary))


def message(prefix: str, name: str) -> Write:
    """The message for a code: `<prefix>.<code>`."""
    return lambda context, row: context.words(f"{prefix}.{value_in(row, name)}")


def own_words(name: str) -> Write:
    """A text that the release holds in both languages."""
    return lambda context, row: context.words.of(row, name)
