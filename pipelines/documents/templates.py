"""XLSX templates that a unit fills in: one contract, one language, headers and drop-down lists.

Row 1 holds titles for people, row 2 the column names that a source's mapping reads
(`header_row: 2`). The same contract and language give the same bytes.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from pathlib import Path
from typing import IO, Any

from xlsxwriter.utility import quote_sheetname, xl_col_to_name
from xlsxwriter.worksheet import Worksheet

from indicators.definitions.contracts import Column, Contract
from indicators.definitions.vocabularies import Vocabulary, vocabulary
from indicators.dissemination.spreadsheets import (
    Book,
    keep_heads,
    new_workbook,
    width_of,
    write_value,
)
from indicators.foundation.errors import Problem, WrongUse
from indicators.foundation.messages import message
from indicators.foundation.periods import Period, period_named
from pipelines.documents.reference.contract_pages import range_in_words, type_in_words
from pipelines.ingest.mapping.sources.template_sources import (
    MARK,
    prefilled_columns,
    sheet_name,
)

HEADER_ROW = 2  # as a source's mapping counts rows
_FIRST_ROW, _LAST_ROW = 2, 5001  # as xlsxwriter counts rows: 5,000 rows have their lists
_NUMBER_FORMATS = {
    "date": "yyyy-mm-dd",
    "time": "yyyy-mm-dd hh:mm",
    "text": "@",
    "int": "0",
    "dec": "0.0####",
}
_INPUT_TITLE, _INPUT_TEXT = 32, 255  # what XLSX allows for the note beside a cell
_PREFILLED_ROWS = 200


@dataclass(frozen=True)
class _CodeRanges:
    """Where the codes of each column stand on the sheet of codes."""

    sheet: str
    by_column: Mapping[str, str]


def month_named(text: str) -> Period:
    """The month of `2026-10`. Raises WrongUse for what is no month."""
    try:
        found = period_named(text)
    except (ValueError, IndexError):
        found = None
    if found is None or found.period_type != "M":
        raise WrongUse(Problem("template_month", value=text))
    return found


def template_name(table: str, unit: str = "", month: str = "") -> str:
    """The name of a template's file."""
    parts = [table, *(re.sub(r"[^\w-]+", "-", part) for part in (unit, month) if part)]
    return f"{'_'.join(parts)}.xlsx"


def write_template_of(
    contract: Contract, path: Path | IO[bytes], language: str, unit: str, month: str
) -> None:
    """Write a template for one unit's report of one month (`2026-10`); either may be empty.

    Unit and month stand in the first rows already, where the table has such columns; where only
    a date tells the month, cells take no day outside it. Raises WrongUse for what is no month.
    """
    of_month = month_named(month) if month else None
    given = {"unit_code": unit, "month": of_month.start.isoformat() if of_month else ""}
    row = {name: given[name] for name in prefilled_columns(contract) if given[name]}
    write_template(contract, path, language, [row] * _PREFILLED_ROWS if row else (), of_month)


def write_template(
    contract: Contract,
    path: Path | IO[bytes],
    language: str,
    filled: Sequence[Mapping[str, str]] = (),
    month: Period | None = None,
) -> None:
    """Write the template of a table in `en` or `fr` to `path`; an older file is replaced.

    `filled`: rows that stand in it already, as texts by column name; `month`: the only one that
    the date of a row may lie in.
    """
    with new_workbook(path, contract.title.in_language(language)) as book:
        rows = book.add_worksheet(sheet_name(contract, language))
        ranges = _write_codes(book, contract, language)
        _write_notes(book, contract, language)
        _write_headers(rows, contract, language, book)
        _set_columns(rows, contract, language, book, ranges, month)
        for number, row in enumerate(filled, start=_FIRST_ROW):
            for index, name in enumerate(contract.columns):
                if row.get(name):
                    is_day = contract.columns[name].base_type == "date"
                    value = date.fromisoformat(row[name]) if is_day else row[name]
                    write_value(book, rows, number, index, value)
        book.define_name(MARK, f"={quote_sheetname(rows.name)}!$A$1")


def _write_headers(rows: Worksheet, contract: Contract, language: str, book: Book) -> None:
    plain = {"bold": True, "text_wrap": True, "valign": "top", "bottom": 1}
    titles = {False: book.add_format(plain), True: book.add_format(plain | {"bg_color": "#DCE6F1"})}
    names = book.look("key")
    for index, (name, column) in enumerate(contract.columns.items()):
        rows.write_string(0, index, column.title.in_language(language), titles[column.required])
        rows.write_string(1, index, name, names)
    keep_heads(rows, _FIRST_ROW - 1, _LAST_ROW, len(contract.columns))


def _set_columns(
    rows: Worksheet,
    contract: Contract,
    language: str,
    book: Book,
    ranges: _CodeRanges,
    month: Period | None,
) -> None:
    formats = {
        kind: book.add_format({"num_format": text}) for kind, text in _NUMBER_FORMATS.items()
    }
    for index, (name, column) in enumerate(contract.columns.items()):
        kind = "text" if "code" in column.base_type else column.base_type
        rows.set_column(index, index, max(12, len(name) + 2), formats.get(kind))
        check = _allowed(column, language, ranges.sheet, ranges.by_column.get(name))
        if month and name == contract.date_column:
            check = _within(month, language)
        note = _input_note(column, language)
        if check or note:
            rows.data_validation(
                _FIRST_ROW, index, _LAST_ROW, index, (check or {"validate": "any"}) | note
            )


def _allowed(
    column: Column, language: str, code_sheet: str, code_range: str | None
) -> dict[str, Any] | None:
    """What a cell takes, as xlsxwriter's data validation; None where anything may stand."""
    if code_range and column.base_type != "list<code>":
        wrong = message("template.wrong_code", language, sheet=code_sheet)
        return {"validate": "list", "source": code_range, "error_message": wrong}
    if column.base_type == "bool":
        return {"validate": "list", "source": ["true", "false"]}
    if column.base_type in ("int", "dec"):
        return _allowed_number(column, language)
    if column.base_type in ("date", "time"):
        wrong = message("template.wrong_date", language)
        least = {"criteria": ">=", "value": date(1990, 1, 1)}
        return {"validate": "date", "error_message": wrong} | least
    return None


def _within(month: Period, language: str) -> dict[str, Any]:
    return {
        "validate": "date",
        "criteria": "between",
        "minimum": month.start,
        "maximum": datetime.combine(month.end, time(23, 59)),
        "error_message": message("template.wrong_month", language, month=month.name),
    }


def _allowed_number(column: Column, language: str) -> dict[str, Any]:
    words = range_in_words(column, language) or message("template.any_number", language)
    least = -1e15 if column.minimum is None else column.minimum
    greatest = 1e15 if column.maximum is None else column.maximum
    return {
        "validate": "integer" if column.base_type == "int" else "decimal",
        "criteria": "between",
        "minimum": least,
        "maximum": greatest,
        "error_message": message("template.wrong_number", language, range=words),
    }


def _input_note(column: Column, language: str) -> dict[str, str]:
    """The note that a spreadsheet shows beside a chosen cell."""
    if column.description is None:
        return {}
    return {
        "input_title": column.title.in_language(language)[:_INPUT_TITLE],
        "input_message": column.description.in_language(language)[:_INPUT_TEXT],
    }


def _write_codes(book: Book, contract: Contract, language: str) -> _CodeRanges:
    """Three columns a list: code, label, answers of an item. Equal lists are written once."""
    name = message("template.sheet_codes", language)
    sheet = book.add_worksheet(name)
    placed: dict[str, str] = {}
    for title in _code_lists(contract):
        codes = _explained_codes(contract, title, language)
        index = 3 * len(placed)
        for offset, head in enumerate((title, "", "")):
            sheet.set_column(index + offset, index + offset, width_of(head, codes, offset))
        sheet.write_string(0, index, title, book.look("head"))
        for row, cells in enumerate(codes, start=1):
            for offset, text in enumerate(cells):
                sheet.write_string(row, index + offset, text)
        letter = xl_col_to_name(index)
        placed[title] = f"='{name}'!${letter}$2:${letter}${len(codes) + 1}"
    sheet.freeze_panes(1, 0)
    lists = _list_names(contract)
    return _CodeRanges(name, {column: placed[title] for column, title in lists.items()})


def _list_names(contract: Contract) -> dict[str, str]:
    """For each column of codes the name of its list: the vocabulary, else the column itself."""
    return {
        name: column.vocabulary or name
        for name, column in contract.columns.items()
        if column.allowed_codes is not None
    }


def _code_lists(contract: Contract) -> list[str]:
    return list(dict.fromkeys(_list_names(contract).values()))


def _explained_codes(contract: Contract, title: str, language: str) -> list[tuple[str, str, str]]:
    """(code, label, answers) of a list; only survey items have answers."""
    own = contract.columns.get(title)
    if own is not None and own.codes is not None:
        return [(code, code, "") for code in own.codes]
    entry = vocabulary(title)
    return [
        (code, entry.label(code, language), _answers(entry, code, language)) for code in entry.codes
    ]


def _answers(entry: Vocabulary, item: str, language: str) -> str:
    if item not in entry.answer_lists:
        return ""
    number = [message("dictionary.whole_number", language)] * entry.takes_integer(item)
    return ", ".join([*number, *entry.answers(item)])


def _write_notes(book: Book, contract: Contract, language: str) -> None:
    sheet = book.add_worksheet(message("template.sheet_notes", language))
    grain = contract.grain.in_language(language)
    own, wrap = sheet_name(contract, language), book.look("text")
    sheet.set_column(0, 5, 28, wrap)
    how_to = message("template.how_to", language, sheet=own, grain=grain)
    sheet.merge_range(0, 0, 0, 5, how_to, wrap)
    sheet.set_row(0, 80)
    heads = ("column", "name", "type", "required", "range", "description")
    for index, head in enumerate(heads):
        sheet.write_string(2, index, message(f"dictionary.{head}", language), book.look("head"))
    for row, (name, column) in enumerate(contract.columns.items(), start=3):
        for index, text in enumerate(_note_row(name, column, language)):
            sheet.write_string(row, index, text)
    keep_heads(sheet, 2, 2 + len(contract.columns), len(heads), fixed=0)


def _note_row(name: str, column: Column, language: str) -> tuple[str, ...]:
    return (
        name,
        column.title.in_language(language),
        type_in_words(column, language),
        message("dictionary.yes", language) if column.required else "",
        range_in_words(column, language),
        column.description.in_language(language) if column.description else "",
    )
