"""Workbooks are read as the text that a person would type."""

from datetime import date, datetime, time
from pathlib import Path

import pytest
import xlsxwriter

from pipelines.readers import xlsx
from pipelines.readers.table import SourceTable

FORMATS = {date: "dd.mm.yyyy", datetime: "dd.mm.yyyy hh:mm", time: "hh:mm"}


def write(path: Path, grid: dict[tuple[int, int], object], sheet: str = "Patrols") -> None:
    """A workbook whose cells stand at (row, column), both from 1."""
    with xlsxwriter.Workbook(path) as book:
        page = book.add_worksheet(sheet)
        for (row, column), value in grid.items():
            place = (row - 1, column - 1)
            if isinstance(value, tuple):
                page.write_formula(*place, value[0], None, value[1])
            elif type(value) in FORMATS:
                form = book.add_format({"num_format": FORMATS[type(value)]})
                page.write_datetime(*place, value, form)
            else:
                page.write(*place, value)


def read(path: Path, **options: object) -> SourceTable:
    (table,) = xlsx.read(path, options)
    return table


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("  Bor ", "  Bor "),
        (3, "3"),
        (3.5, "3.5"),
        (0.1, "0.1"),
        (1e-7, "1e-07"),
        (123456789012, "123456789012"),
        (True, "true"),
        (False, "false"),
        (date(2026, 7, 1), "2026-07-01"),
        (datetime(2026, 7, 1, 8, 30), "2026-07-01 08:30:00"),
        (time(8, 30), "08:30:00"),
        (("=NA()", "#N/A"), "#N/A"),
        (("=1/0", "#DIV/0!"), "#DIV/0!"),
        (("=1+1", 2), "2"),
    ],
)
def test_cell_as_text(tmp_path: Path, value: object, text: str) -> None:
    write(tmp_path / "a.xlsx", {(1, 1): "a", (1, 2): "b", (2, 1): "x", (2, 2): value})
    assert read(tmp_path / "a.xlsx").rows.to_pylist() == [{"a": "x", "b": text}]


def test_row_numbers_are_those_of_the_sheet(tmp_path: Path) -> None:
    grid = {(3, 2): "a", (3, 3): "b", (5, 2): "x", (8, 3): "y"}
    write(tmp_path / "a.xlsx", grid)
    table = read(tmp_path / "a.xlsx", header_row="3", sheet="Patrols")
    assert table.header == ("a", "b")
    assert table.row_numbers.to_pylist() == [5, 8]
    assert table.sheet == "Patrols"


def test_column_without_a_name_is_kept_where_it_holds_something(tmp_path: Path) -> None:
    grid = {(1, 1): "a", (1, 3): "c", (2, 1): 1, (2, 2): "stray", (2, 3): 3}
    write(tmp_path / "a.xlsx", grid)
    assert read(tmp_path / "a.xlsx").header == ("a", "(column 2)", "c")


def test_formula_fault_in_a_far_column(tmp_path: Path) -> None:
    grid: dict[tuple[int, int], object] = {(1, at): f"c{at}" for at in range(1, 61)}
    grid |= {(2, 1): "x", (2, 55): ("=NA()", "#N/A")}
    write(tmp_path / "a.xlsx", grid)
    assert read(tmp_path / "a.xlsx").rows.to_pylist()[0]["c55"] == "#N/A"


def test_header_alone(tmp_path: Path) -> None:
    write(tmp_path / "a.xlsx", {(1, 1): "a"})
    assert read(tmp_path / "a.xlsx").rows_read == 0
