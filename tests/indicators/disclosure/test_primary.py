"""Which cells are too small to be shown, and what goes with them."""

from typing import Any

import pytest

from indicators.disclosure import suppress
from indicators.disclosure.policy import WITHHELD_COLUMNS
from indicators.mission import DisclosurePolicy
from tests.indicators.mart_rows import MISSION, empty_mart, fill, indicator, value

FIGURES = {
    "value": 50.0,
    "numerator": 60.0,
    "denominator": 120.0,
    "se": 1.0,
    "ci_low": 40.0,
    "ci_high": 60.0,
    "deff": 1.2,
    "df": 30.0,
    "rating": "on_track",
    "trend": "improving",
}


def status(row: dict[str, Any], of: dict[str, Any], min_n: int = 5) -> str:
    """The confidentiality status of one cell that stands alone."""
    connection = empty_mart()
    fill(connection, "indicator", [indicator(**of)])
    fill(connection, "indicator_value", [value(**FIGURES | row)])
    suppress(connection, DisclosurePolicy(min_n=min_n), "mission")
    figures = ", ".join(WITHHELD_COLUMNS)
    found = connection.execute(f"SELECT conf_status, {figures} FROM mart.indicator_value")
    conf_status, *shown = found.fetchall()[0]
    assert (conf_status == "F") == (shown != [None] * len(WITHHELD_COLUMNS))
    return str(conf_status)


@pytest.mark.parametrize(("n", "expected"), [(0, "F"), (1, "C"), (4, "C"), (5, "F")])
def test_a_count_from_one_to_below_the_bound_is_withheld(n: int, expected: str) -> None:
    assert (
        status({"n": n, "value": float(n), "numerator": float(n)}, {"measure": "count"}) == expected
    )


@pytest.mark.parametrize(("min_n", "expected"), [(0, "F"), (1, "F"), (2, "C")])
def test_the_bound_is_the_audiences(min_n: int, expected: str) -> None:
    assert status({"n": 1}, {"measure": "count"}, min_n) == expected


@pytest.mark.parametrize(
    ("numerator", "denominator", "sensitivity", "expected"),
    [
        (60, 120, "internal", "F"),
        (2, 4, "internal", "C"),
        (4, 120, "internal", "C"),
        (5, 120, "internal", "F"),
        (0, 120, "internal", "F"),
        (116, 120, "internal", "F"),
        (116, 120, "confidential", "C"),
        (115, 120, "confidential", "F"),
        (120, 120, "confidential", "F"),
    ],
)
def test_a_ratio_is_withheld_with_the_few_that_it_names(
    numerator: int, denominator: int, sensitivity: str, expected: str
) -> None:
    row = {"numerator": float(numerator), "denominator": float(denominator), "n": denominator}
    assert status(row, {"measure": "ratio", "sensitivity": sensitivity}) == expected


@pytest.mark.parametrize(
    ("source", "expected"), [("activities", "F"), ("registers", "F"), ("training", "C")]
)
def test_the_few_who_are_not_counted_are_bound_where_rows_are_persons(
    source: str, expected: str
) -> None:
    row = {"numerator": 116.0, "denominator": 120.0, "n": 120}
    of = {"measure": "ratio", "sensitivity": "internal", "source": source}
    assert status(row, of) == expected


@pytest.mark.parametrize(
    ("n", "own", "min_n", "expected"),
    [(29, 30, 5, "C"), (30, 30, 5, "F"), (9, None, 10, "C"), (9, 5, 10, "C"), (10, 5, 10, "F")],
)
def test_respondents_are_bound_by_the_higher_minimum(
    n: int, own: int | None, min_n: int, expected: str
) -> None:
    assert status({"n": n}, {"measure": "proportion", "min_n": own}, min_n) == expected


def test_empty_cells_are_not_withheld() -> None:
    assert status({"n": None, "value": None, "obs_status": "O"}, {"measure": "count"}) == "F"


def test_rows_of_files_and_responses_go_with_the_cell() -> None:
    connection = empty_mart()
    fill(connection, "indicator", [indicator(measure="count")])
    fill(connection, "indicator_value", [value(n=3, area="A"), value(n=9, area="B")])
    place = {"mission": MISSION, "indicator": "P2-OC-02", "indicator_version": 1}
    place |= {"period_type": "Q", "period": "2026-Q3", "file": "x.csv"}
    fill(
        connection,
        "contribution",
        [place | {"area": "A", "rows": 3}, place | {"area": "B", "rows": 9}],
    )
    asked = {
        "survey_code": "S",
        "wave": "1",
        "instrument": "household",
        "sex": "_T",
        "age_group": "_T",
    }
    counts = {"A": (40, 30), "B": (4, 4), "C": (9, 2), "D": (7, 0)}
    fill(
        connection,
        "survey_response",
        [asked | {"area": area, "sampled": s, "answered": a} for area, (s, a) in counts.items()],
    )
    suppress(connection, DisclosurePolicy(min_n=5), "mission")
    rows = connection.execute("SELECT area, rows FROM mart.contribution ORDER BY area").fetchall()
    assert rows == [("A", None), ("B", 9)]
    responses = connection.execute(
        "SELECT area, sampled, answered FROM mart.survey_response ORDER BY area"
    ).fetchall()
    assert responses == [("A", 40, 30), ("B", None, None), ("C", None, None), ("D", 7, 0)]
