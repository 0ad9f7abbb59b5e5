"""The workbook: numbers as numbers, kinds of empty as words, definitions and dictionary beside."""

import openpyxl
import pytest

from indicators.definitions.contracts import contracts
from indicators.foundation.mart_tables import VALUE_COLUMNS
from pipelines.release.extracts.files import write_extracts
from tests.worlds.mission.figures import (
    MISSION,
    PATROLS,
    PERIOD,
    SAFE,
    add_definition,
    fill,
    memory_warehouse,
)


@pytest.fixture
def book(tmp_path):
    with memory_warehouse() as connection:
        fill(connection)
        add_definition(connection, "X-IM-01")  # chosen, but without a figure in this quarter
        connection.execute(
            f"UPDATE mart.indicator SET title_en = '=cmd()' WHERE indicator = '{SAFE}'"
        )
        path = write_extracts(connection, tmp_path, MISSION, PERIOD, "mission").paths[1]
    return openpyxl.load_workbook(path)


def table(sheet) -> list[dict[str, object]]:
    header, *rows = sheet.iter_rows(values_only=True)
    return [dict(zip(header, row, strict=True)) for row in rows]


def test_values_are_numbers_and_empties_are_words_in_both_languages(book) -> None:
    rows = {(r["indicator"], r["area"], r["breakdown"]): r for r in table(book.worksheets[1])}
    assert rows[PATROLS, "BK", "_T"]["value"] == 60
    assert isinstance(rows[SAFE, "BK", "_T"]["ci_low"], float)
    empty = rows[PATROLS, "BK-4", "_T"]
    assert empty["value"] is None
    assert (empty["status_en"], empty["status_fr"]) == ("not reported", "non communiqué")


def test_only_indicators_with_figures_are_defined(book) -> None:
    assert {row["indicator"] for row in table(book.worksheets[2])} == {PATROLS, SAFE}


def test_definitions_name_the_owner_in_both_languages(book) -> None:
    for row in table(book.worksheets[2]):
        code = row["indicator"]
        assert (row["owner_en"], row["owner_fr"]) == (f"owner_en of {code}", f"owner_fr of {code}")


def test_text_that_looks_like_a_formula_stays_text(book) -> None:
    cells = [cell for row in book.worksheets[2].iter_rows() for cell in row]
    (found,) = [cell for cell in cells if cell.value == "=cmd()"]
    assert found.data_type == "s" or found.quotePrefix


def test_the_dictionary_names_every_column_in_both_languages(book) -> None:
    rows = table(book.worksheets[3])
    named = {(row["table"], row["column"]) for row in rows}
    assert {("indicator_value", name) for name in VALUE_COLUMNS} <= named
    for contract in contracts().values():
        assert {(contract.table, name) for name in contract.columns} <= named
    assert all(row["title_en"] and row["title_fr"] for row in rows)


def test_the_notes_say_what_the_data_cannot(book) -> None:
    english, french = ("\n".join(column) for column in zip(*notes(book), strict=True))
    for words in ("fictional", "2026-10-15", "Patrols are logged by units."):
        assert words in english
    assert "fictive" in french


def notes(book) -> list[tuple[str, str]]:
    return list(book.worksheets[4].iter_rows(min_row=2, values_only=True))


def test_an_extract_without_any_figure_says_so(tmp_path) -> None:
    with memory_warehouse() as connection:
        fill(connection)
        some = write_extracts(connection, tmp_path, MISSION, PERIOD, "mission")
        first = openpyxl.load_workbook(some.paths[1]).worksheets[4]
        connection.execute("UPDATE mart.indicator_value SET value = NULL, obs_status = 'O'")
        none = write_extracts(connection, tmp_path, MISSION, PERIOD, "mission")
        then = openpyxl.load_workbook(none.paths[1]).worksheets[4]
    assert some.told > 0 and none.told == 0 and none.cells == some.cells
    notes = [[cell for row in sheet.values for cell in row] for sheet in (first, then)]
    sentences = [f"all {none.cells} are empty", f"les {none.cells} sont vides"]
    assert [[any(part in str(cell) for cell in page) for part in sentences] for page in notes] == [
        [False, False],
        [True, True],
    ]
