"""Spreadsheets for people: no text is computed, and equal content gives equal bytes."""

import csv
from datetime import date
from pathlib import Path

import openpyxl
import pytest

from indicators.dissemination.spreadsheets import new_workbook, write_csv, write_table

FORMULAS = ("=1+1", "+1+1", "-1+cmd|' /C calc'!A0", "@SUM(A1)", "\t=1", " =1")
ROW = ["=1+1", -5.5, date(2026, 6, 30), None, "https://example.org"]


def written(path: Path) -> Path:
    with new_workbook(path, "Title") as book:
        write_table(book, "Rows", ["text", "number", "day", "empty", "link"], [ROW])
    return path


def test_a_cell_has_the_type_of_its_value_and_no_text_is_computed(tmp_path: Path) -> None:
    cells = openpyxl.load_workbook(written(tmp_path / "a.xlsx"))["Rows"][2]
    assert [cell.data_type for cell in cells] == ["s", "n", "d", "n", "s"]
    assert [cell.value for cell in cells][:2] == ["=1+1", -5.5]
    assert cells[3].value is None and cells[4].hyperlink is None


def test_the_same_table_has_the_same_bytes_and_leaves_nothing_beside_it(tmp_path: Path) -> None:
    first = written(tmp_path / "a.xlsx").read_bytes()
    assert written(tmp_path / "a.xlsx").read_bytes() == first
    assert [path.name for path in tmp_path.iterdir()] == ["a.xlsx"]


def test_a_number_written_as_text_stays_one(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    write_csv(path, [["-16.65", "-1e-7", "-5-5", "-٣-٤"]])
    assert path.read_bytes().decode() == "-16.65,-1e-7,'-5-5,'-٣-٤\r\n"


@pytest.mark.parametrize("formula", FORMULAS)
def test_a_formula_is_text_in_every_csv_and_a_number_stays_one(
    formula: str, tmp_path: Path
) -> None:
    path = tmp_path / "a.csv"
    write_csv(path, [["head", "-"], [formula, -5]])
    with path.open(encoding="utf-8", newline="") as file:
        assert [*csv.reader(file)] == [["head", "-"], [f"'{formula}", "-5"]]
