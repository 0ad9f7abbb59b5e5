"""Lists as CSV: what a spreadsheet would compute is text there, wherever in the file it stands."""

import csv
import io

import pytest

from dashboards.components.listing import Sheet, csv_bytes

FORMULAS = ("=1+1", "+1+1", "-1+cmd|' /C calc'!A0", "@SUM(A1)", "\t=1", " =1", "-HYPERLINK(1)")


@pytest.mark.parametrize("formula", FORMULAS)
def test_a_formula_is_text_in_title_notes_heads_and_cells(formula: str) -> None:
    sheet = Sheet(formula, [formula, "n"], [[formula, -5.0]], [formula])
    text = csv_bytes(sheet, "en").decode("utf-8-sig")
    rows = list(csv.reader(io.StringIO(text, newline="")))
    assert [row[0] for row in rows] == [f"'{formula}"] * 4
    assert rows[-1][1] == "-5"  # a number stays one


def test_a_dash_and_ordinary_words_stay_as_they_are() -> None:
    sheet = Sheet("Patrols", ["a"], [["-"], ["–"], ["no report"], [None]])
    lines = csv_bytes(sheet, "en").decode("utf-8-sig").split("\r\n")
    assert lines[2:5] == ["-", "–", "no report"]
