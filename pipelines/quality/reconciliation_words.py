"""A reconciliation for people: lines of text, and a workbook with every case.

Protected kinds stand in their pooled code, as everywhere where single rows are listed.
"""

from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime
from io import BytesIO
from typing import Any

import xlsxwriter

from indicators.definitions.contracts import contracts
from indicators.definitions.vocabularies import vocabulary
from indicators.foundation.messages import message
from indicators.foundation.number_format import number_text
from pipelines.quality.reconciliation import Difference, Line, Reconciliation

_FIXED_DATE = datetime(2000, 1, 1, tzinfo=UTC)  # no clock in the file: same cases, same bytes
_CASE = ("status", "file_key", "warehouse_key", "score", "day", "area")
_HEADS = (*_CASE, "differences")
_DIFFERENCE = ("file_key", "warehouse_key", "column", "in_file", "in_warehouse")
_WIDTH = 24
Cell = str | float | date | None


def status_words(status: str, language: str) -> str:
    """What a status means."""
    return message(f"reconciliation.status.{status}", language)


def heads(language: str) -> list[str]:
    """The heads of `case`."""
    return [message(f"reconciliation.head.{name}", language) for name in _HEADS]


def case(found: Reconciliation, line: Line, language: str) -> list[Cell]:
    """One case: state, both codes, likeness, day, area, what differs."""
    is_same_code = line.file_key is not None and line.file_key == line.warehouse_key
    score = message("reconciliation.equal_codes", language) if is_same_code else line.score
    differences = (_sentence(found.table, one, language) for one in line.differences)
    keys = (line.file_key, line.warehouse_key)
    listed = " · ".join(differences)
    return [status_words(line.status, language), *keys, score, line.day, line.area, listed]


def case_texts(found: Reconciliation, line: Line, language: str) -> list[str]:
    """One case as a page or a terminal shows it."""
    return [
        _number(cell, language) if isinstance(cell, float) else "" if cell is None else str(cell)
        for cell in case(found, line, language)
    ]


def notes(found: Reconciliation, file: str, language: str) -> list[str]:
    """The days, what was not read, and the rule by which rows were paired."""
    if found.first_day is None:
        lines = [message("reconciliation.empty", language, file=file)]
    else:
        title = contracts()[found.table].title.in_language(language)
        days = {"first": found.first_day, "last": found.last_day}
        lines = [message("reconciliation.days", language, title=title, file=file, **days)]
    if found.rows_rejected:
        lines.append(message("reconciliation.rejected", language, rows=found.rows_rejected))
    for rule in contracts()[found.table].duplicates.values():
        limits = {"days": rule.within_days, "km": rule.within_km, "score": rule.least_score}
        told = {name: _number(value, language) for name, value in limits.items()}
        told |= {"rule": rule.title.in_language(language)}
        lines.append(message("reconciliation.rule", language, **told))
    return lines


def counted(found: Reconciliation, language: str) -> list[tuple[str, int]]:
    """Each status in words, and how many cases have it."""
    return [(status_words(status, language), count) for status, count in found.counts().items()]


def workbook(found: Reconciliation, file: str, language: str) -> bytes:
    """Every case; every difference in a row of its own; counts and notes."""
    written = BytesIO()
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    with xlsxwriter.Workbook(written, options) as book:
        book.set_properties({"created": _FIXED_DATE})
        cases = [case(found, line, language) for line in found.lines]
        _write_sheet(book, "cases", _HEADS, cases, language)
        _write_sheet(
            book, "differences", _DIFFERENCE, list(_differences(found, language)), language
        )
        sheet = book.add_worksheet(message("reconciliation.sheet.notes", language))
        sheet.set_column(0, 0, 100)
        for number, (words, count) in enumerate(counted(found, language)):
            sheet.write_string(number, 0, words)
            sheet.write_number(number, 1, count)
        wrapped = book.add_format({"text_wrap": True})
        for number, text in enumerate(notes(found, file, language), start=len(found.counts()) + 1):
            sheet.write_string(number, 0, text, wrapped)
    return written.getvalue()


def _differences(found: Reconciliation, language: str) -> Iterator[list[Cell]]:
    for line in found.lines:
        for one in line.differences:
            values = [_shown(found.table, one.column, v, language) for v in _values(one)]
            yield [line.file_key, line.warehouse_key, _title(found, one, language), *values]


def _values(one: Difference) -> tuple[Any, Any]:
    return one.in_file, one.in_warehouse


def _title(found: Reconciliation, one: Difference, language: str) -> str:
    return contracts()[found.table].columns[one.column].title.in_language(language)


def _sentence(table: str, one: Difference, language: str) -> str:
    title = contracts()[table].columns[one.column].title.in_language(language)
    in_file, in_warehouse = (_shown(table, one.column, v, language) for v in _values(one))
    told = {"title": title, "in_file": in_file, "in_warehouse": in_warehouse}
    return message("reconciliation.difference", language, **told)


def _shown(table: str, column: str, value: Any, language: str) -> Any:
    name = contracts()[table].columns[column].vocabulary
    if name is None:
        return value
    known = vocabulary(name)
    return known.label(known.pooled_as.get(value, value), language)


def _number(value: float, language: str) -> str:
    return number_text(value, language, 2, are_optional=True)


def _write_sheet(
    book: Any, name: str, columns: Sequence[str], rows: Sequence[Sequence[Cell]], language: str
) -> None:
    sheet = book.add_worksheet(message(f"reconciliation.sheet.{name}", language))
    bold, day = book.add_format({"bold": True}), book.add_format({"num_format": "yyyy-mm-dd"})
    sheet.set_column(0, len(columns) - 1, _WIDTH)
    for at, column in enumerate(columns):
        sheet.write_string(0, at, message(f"reconciliation.head.{column}", language), bold)
    for number, row in enumerate(rows, start=1):
        for at, value in enumerate(row):
            if isinstance(value, date):
                sheet.write_datetime(number, at, value, day)
            elif value is not None:
                sheet.write(number, at, value)
    sheet.freeze_panes(1, 0)
    sheet.autofilter(0, 0, max(1, len(rows)), len(columns) - 1)
