"""The workbook of an analysis on the command line: sheets and heads in the reader's language."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from indicators.dissemination.spreadsheets import Book, new_workbook, write_table
from indicators.foundation.messages import message


def write_analysis(
    path: Path, sheets: Mapping[str, Sequence[Mapping[str, Any]]], language: str
) -> None:
    """A sheet a name; `analysis.sheet.NAME` and `analysis.column.NAME` give the words."""
    with new_workbook(path) as book:
        write_sheets(book, sheets, language)


def write_sheets(
    book: Book, sheets: Mapping[str, Sequence[Mapping[str, Any]]], language: str
) -> None:
    """The same in a workbook that holds more."""
    for name, rows in sheets.items():
        heads = [message(f"analysis.column.{column}", language) for column in (rows or [{}])[0]]
        title = message(f"analysis.sheet.{name}", language)
        write_table(book, title, heads, [[*row.values()] for row in rows])
