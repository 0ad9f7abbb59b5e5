"""A sheet written as text at once has the bytes of one that the library writes cell by cell."""

import random
from datetime import date, datetime
from pathlib import Path

import pytest
import xlsxwriter
from xlsxwriter.worksheet import Worksheet

from indicators.dissemination.spreadsheets import number_look
from pipelines.release.extracts.plain_sheet import PlainSheet

Rows = list[list[object]]


def random_value(draw: random.Random) -> object:
    texts = ("", " two  spaces ", 'a & b < c > "d"', "é \u202f…", "=sum()", "x" * 40_000, "3")
    kind = draw.randrange(5)
    if kind == 0:
        return None
    if kind == 1:
        return draw.choice([0, -3, 12, 1 / 3, 39.28693754421963, 1e-7, 1e21, 0.1 + 0.2, -0.0])
    if kind == 2:
        return date(2026, 1, 1 + draw.randrange(28))
    return draw.choice(texts)


def book(path: Path, sheets: list[tuple[list[str], Rows]], kind: type[Worksheet]) -> bytes:
    with xlsxwriter.Workbook(path) as made:
        made.set_properties({"created": datetime(2000, 1, 1)})
        bold = made.add_format({"bold": True})
        formats = {"whole": "0", "thousands": "#,##0", "number": "#,##0.0##"}
        formats |= {"small_number": "0.0####", "day": "yyyy-mm-dd"}
        looks = {name: made.add_format({"num_format": form}) for name, form in formats.items()}
        for look in looks.values():  # in one order, whichever value comes first
            look._get_xf_index()
        for headings, rows in sheets:
            sheet = made.add_worksheet(worksheet_class=kind)
            sheet.set_column(0, len(headings) - 1, 18)
            sheet.write_row(0, 0, headings, bold)
            if isinstance(sheet, PlainSheet):
                sheet.write_plain_rows(rows, looks)
                continue
            for number, row in enumerate(rows, start=1):
                for column, value in enumerate(row):
                    if isinstance(value, date):
                        sheet.write_datetime(number, column, value, looks["day"])
                    elif isinstance(value, str):
                        sheet.write_string(number, column, value)
                    elif value is not None:
                        sheet.write_number(number, column, value, looks[number_look(value)])
    return path.read_bytes()


@pytest.mark.parametrize("seed", range(12))
def test_the_bytes_are_those_of_the_library(seed: int, tmp_path: Path) -> None:
    draw = random.Random(seed)
    sheets = []
    for _ in range(draw.randrange(1, 4)):
        width, filled = draw.randrange(1, 40), draw.random()
        headings = [f"column {at}" for at in range(width)]
        rows = [
            [random_value(draw) if draw.random() < filled else None for _ in headings]
            for _ in range(draw.randrange(60))
        ]
        rows.append([1.0] * width)  # a last row without a cell is none to the library
        sheets.append((headings, rows))
    ours = book(tmp_path / "ours.xlsx", sheets, PlainSheet)
    assert ours == book(tmp_path / "theirs.xlsx", sheets, Worksheet)
