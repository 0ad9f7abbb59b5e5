"""The workbook of the results-based budget says what the page says of the whole mission."""

import io
import shutil
from dataclasses import replace
from pathlib import Path

import duckdb
import openpyxl
import pytest
from openpyxl.workbook import Workbook

from dashboards.components.listing import xlsx_bytes
from dashboards.components.lists import budget
from pipelines.release.extracts.files import write_extracts
from tests.worlds.release import MISSION, RELEASE

PERIOD, AUDIENCES = "2026-Q3", ("mission", "hq")


@pytest.fixture(scope="module")
def folders(home: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """The extracts of each audience's copy; of `without`, a copy that holds no plan."""
    found = {}
    for audience in (*AUDIENCES, "without"):
        folder = found[audience] = tmp_path_factory.mktemp(audience)
        copy = "hq" if audience == "without" else audience
        stored = home / "releases" / MISSION / RELEASE / copy / "poclens.duckdb"
        with duckdb.connect(shutil.copy(stored, folder / "copy.duckdb")) as connection:
            if audience == "without":
                connection.execute("DROP VIEW mart.work_plan")
            write_extracts(connection, folder / "extracts", MISSION, PERIOD, copy)
    return found


def book_of(folder: Path) -> Workbook:
    return openpyxl.load_workbook(folder / "extracts" / f"{MISSION}_{PERIOD}.budget.xlsx")


def table(book: Workbook, number: int) -> list[dict[str, object]]:
    heads, *rows = book.worksheets[number].iter_rows(values_only=True)
    return [dict(zip(heads, row, strict=True)) for row in rows]


@pytest.mark.parametrize("audience", AUDIENCES)
def test_outputs_are_those_of_the_page(folders, context_at, audience) -> None:
    context = context_at(f"/budget?period={PERIOD}", audience)
    shown = [
        (one.original, one.current, one.due, one.done, one.variance, one.reasons)
        for one in budget.outputs(context)
    ]
    written = [tuple(row.values())[6:] for row in table(book_of(folders[audience]), 1)]
    assert written == shown == [(16, 12, 4, 3, -1, "Access lost")]


@pytest.mark.parametrize("language", ["en", "fr"])
def test_achievements_are_those_of_the_page(folders, context_at, language) -> None:
    shown = budget.achievements(context_at(f"/budget?period={PERIOD}&lang={language}", "hq"))
    rows = table(book_of(folders["hq"]), 0)
    at = ["en", "fr"].index(language)
    written = [list(row.values()) for row in rows]
    assert [(row[at], row[-2 + at]) for row in written] == [
        (one.accomplishment, one.rating) for one in shown
    ]
    assert len(shown) > 1


@pytest.mark.parametrize("language", ["en", "fr"])
def test_figures_and_bounds_of_the_list_are_numbers(context_at, language) -> None:
    context = context_at(f"/budget?period={PERIOD}&lang={language}", "hq")
    numbers = {name: 60.0 + at for at, name in enumerate(budget.NUMBERS)} | {"before_low": None}
    given = replace(budget.achievements(context)[0], numbers=numbers)
    listed = replace(budget.ACHIEVEMENTS, rows=lambda _: [given], also=())
    content = xlsx_bytes(listed.sheets(context), "notes")
    heads, row = openpyxl.load_workbook(io.BytesIO(content)).worksheets[0].values
    keys = [field.key for field in listed.columns(context)]
    assert {key: row[keys.index(key)] for key in numbers} == numbers
    assert len({*heads}) == len(heads), "each column has a head of its own"


def test_numbers_of_the_list_are_those_of_the_figures_in_words(context_at) -> None:
    context = context_at(f"/?period={PERIOD}", "hq")
    code = "P2-OC-07"
    cell = context.cell(code)
    found = budget._bounds("actual", context, code)
    assert cell.value is not None and found["actual_value"] == cell.value
    assert (found["actual_low"], found["actual_high"]) == (cell.low, cell.high)


def test_a_year_without_a_figure_says_so_in_both_languages(folders) -> None:
    rows = table(book_of(folders["hq"]), 0)
    empty = [row for row in rows if row["2025/26: Figure / Chiffre"] is None]
    assert empty
    for row in empty:
        assert row["2025/26: Status"] and row["2025/26: Statut"]


def test_notes_say_whose_copy_it_is_in_both_languages(folders) -> None:
    english, french = zip(*book_of(folders["hq"]).worksheets[2].values, strict=True)
    assert any(line.startswith("For headquarters") for line in english)
    assert any(line.startswith("Pour le siège") for line in french)


def test_a_copy_without_a_plan_has_no_such_file(folders) -> None:
    names = {path.name for path in (folders["without"] / "extracts").iterdir()}
    assert f"{MISSION}_{PERIOD}.csv" in names
    assert not any(name.endswith("budget.xlsx") for name in names)


def test_the_same_copy_gives_the_same_bytes(folders, tmp_path) -> None:
    with duckdb.connect(str(folders["hq"] / "copy.duckdb"), read_only=True) as connection:
        write_extracts(connection, tmp_path, MISSION, PERIOD, "hq")
    first = folders["hq"] / "extracts"
    files = [path.relative_to(first) for path in first.rglob("*") if path.is_file()]
    assert len(files) == 14
    for path in files:
        assert (tmp_path / path).read_bytes() == (first / path).read_bytes(), path
