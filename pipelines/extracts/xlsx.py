"""A quarter as a workbook: values, definitions, data dictionary and notes, in both languages."""

import json
from collections.abc import Hashable, Iterable, Mapping, Sequence
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pandas as pd
import xlsxwriter
from xlsxwriter.worksheet import Worksheet

from indicators.assessment.empty_reasons import ADDED_COLUMNS, Facts, Statement, statement
from indicators.foundation.messages import LANGUAGES, message
from pipelines.extracts.dictionary import HEADINGS, dictionary_rows
from pipelines.extracts.quarter import told_cells

# Excel wants a creation date; a fixed one keeps equal figures equal bytes.
_CREATED = datetime(2000, 1, 1)
_OPTIONS = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
_WIDTH = 18
_STATUSES = ("A", "P", "O", "L", "M", "U")
_CONF_STATUSES = ("F", "C")


def write_xlsx(
    figures: pd.DataFrame,
    definitions: pd.DataFrame,
    mission: Mapping[Hashable, Any],
    path: Path,
) -> None:
    """Writes the frames of `quarter`; numbers are numbers, an empty cell says why beside it."""
    with xlsxwriter.Workbook(path, _OPTIONS) as book:
        book.set_properties({"created": _CREATED, "title": str(mission["name_en"])})
        bold = book.add_format({"bold": True, "text_wrap": True, "valign": "top"})
        for name, headings, rows in _sheets(figures, definitions, mission):
            sheet = book.add_worksheet(name)
            sheet.freeze_panes(1, 1)
            sheet.set_column(0, len(headings) - 1, _WIDTH)
            sheet.write_row(0, 0, headings, bold)
            _write_rows(sheet, rows)


def _sheets(
    figures: pd.DataFrame, definitions: pd.DataFrame, mission: Mapping[Hashable, Any]
) -> list[tuple[str, Sequence[str], Iterable[Sequence[object]]]]:
    worded = with_status_words(figures)
    return [
        (
            _both("extract.sheet.values"),
            list(worded.columns.astype(str)),
            _rows(worded),
        ),
        (
            _both("extract.sheet.definitions"),
            list(definitions.columns.astype(str)),
            _rows(definitions),
        ),
        (_both("extract.sheet.dictionary"), HEADINGS, dictionary_rows()),
        (_both("extract.sheet.notes"), ("en", "fr"), _notes(mission, figures)),
    ]


def with_status_words(figures: pd.DataFrame) -> pd.DataFrame:
    """The figures with `status_en` and `status_fr` after the value, for what says why."""
    said = [
        statement(Facts.of({str(name): value for name, value in row.items()}))
        for row in figures.to_dict("records")
    ]
    worded = figures.drop(columns=list(ADDED_COLUMNS))
    place = int(figures.columns.get_loc("value")) + 1  # type: ignore[arg-type]
    for offset, language in enumerate(LANGUAGES):
        words = [status_words(found, language) for found in said]
        worded.insert(place + offset, f"status_{language}", words)
    return worded


def status_words(said: Statement, language: str) -> str:
    """Why the cell is empty, or what stands beside its value."""
    parts = [said.empty] if said.empty else said.beside
    return "; ".join(part.words(language) for part in parts)


def _notes(mission: Mapping[Hashable, Any], figures: pd.DataFrame) -> list[tuple[str, str]]:
    """The mission, what its data cannot say, and what the statuses mean."""
    lines = [(str(mission["name_en"]), str(mission["name_fr"]))]
    if not told_cells(figures):
        lines.append(_pair("extract.note.no_value", cells=len(figures)))
    if mission["is_fictional"]:
        lines.append(_pair("extract.note.fictional"))
    as_of = f"{mission['as_of']:%Y-%m-%d}"
    lines.append(_pair("extract.note.as_of", as_of=as_of))
    lines.append((str(mission["boundaries_en"]), str(mission["boundaries_fr"])))
    own = (json.loads(str(mission[f"notes_{language}"] or "[]")) for language in LANGUAGES)
    lines += list(zip(*own, strict=True))
    keys = ("no_effect", "interval", "empty", "persons", "parts", "grid")
    lines += [_pair(f"extract.note.{key}") for key in keys]
    lines += [_pair(f"extract.obs_status.{code}") for code in _STATUSES]
    lines += [_pair(f"extract.conf_status.{code}") for code in _CONF_STATUSES]
    return lines


def _pair(key: str, **parameters: object) -> tuple[str, str]:
    return message(key, "en", **parameters), message(key, "fr", **parameters)


def _both(key: str) -> str:
    """A sheet's name in both languages; Excel allows 31 characters."""
    return " - ".join(dict.fromkeys(_pair(key)))[:31]


def _write_rows(sheet: Worksheet, rows: Iterable[Sequence[object]]) -> None:
    for number, row in enumerate(rows, start=1):
        for column, value in enumerate(row):
            if value is not None:
                _write_cell(sheet, number, column, value)


def _write_cell(sheet: Worksheet, row: int, column: int, value: object) -> None:
    if isinstance(value, str):
        sheet.write_string(row, column, value)
    elif isinstance(value, date):
        sheet.write_string(row, column, f"{value:%Y-%m-%d}")
    else:
        sheet.write_number(row, column, float(value))  # type: ignore[arg-type]


def _rows(frame: pd.DataFrame) -> Iterable[Sequence[object]]:
    """Rows of plain values, None where a cell is empty."""
    plain = frame.astype(object).where(frame.notna(), None)
    return plain.itertuples(index=False, name=None)
