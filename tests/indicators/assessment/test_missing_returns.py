"""Ratings where returns are missing: made twice, and of two sides neither (definitions 67)."""

from datetime import date
from typing import Any

import pytest

from indicators.assessment.rating import rate
from tests.indicators.assessment.test_comparable_months import AREAS, AS_OF, Returns, cells
from tests.worlds.rows.mart import COUNTRY, MISSION, empty_mart, fill, indicator, mission

QUARTER = ("2026-07", "2026-08", "2026-09")
SILENT = {("TST-A", month): 0 for month in QUARTER}  # about 100 a month in each of four areas
Counts = dict[tuple[str, str], float]


def rated(
    target: float, counts: Counts, direction: str, came: Returns = SILENT, **of: Any
) -> tuple[str, str | None]:
    """Rating and reason of the last quarter, in which one of four areas was silent."""
    connection = empty_mart()
    dated = {"measure": "count", "known_from": date(2024, 1, 1), "known_to": AS_OF}
    held = {"target": target, "direction": direction, "target_period_type": "Q"}
    fill(connection, "indicator", [indicator(**(dated | held | of))])
    areas = [{"area_code": code, "parent_area_code": COUNTRY} for code in AREAS]
    fill(
        connection,
        "area",
        [{"mission": MISSION, **row} for row in ({"area_code": COUNTRY}, *areas)],
    )
    fill(connection, "mission", [{"mission": MISSION, "as_of": AS_OF}])
    fill(connection, "indicator_value", cells(counts, came, AS_OF))
    rate(connection, mission())
    found = connection.execute(
        "SELECT rating, rating_reason FROM mart.indicator_value WHERE period = '2026-Q3'"
        " AND area = ?", [COUNTRY],
    ).fetchone()  # fmt: skip
    assert found is not None
    return found


# What came of the quarter is about 900; the silent area's second highest month is 104.
@pytest.mark.parametrize(
    ("target", "expected"), [(1300.0, "achieved"), (1000.0, "too_close"), (800.0, "off_track")]
)
def test_fewer_is_only_so_if_it_is_with_the_silent_areas_too(target: float, expected: str) -> None:
    assert rated(target, {}, "down") == (expected, "missing_returns")


@pytest.mark.parametrize(
    ("target", "expected"), [(800.0, "achieved"), (1000.0, "too_close"), (1300.0, "off_track")]
)
def test_more_is_so_by_what_came_and_behind_only_with_the_silent_areas(
    target: float, expected: str
) -> None:
    assert rated(target, {}, "up") == (expected, "missing_returns")


def test_an_area_that_never_reported_leaves_it_open() -> None:
    months = [f"{year}-{month:02d}" for year in (2024, 2025, 2026) for month in range(1, 13)]
    never = {("TST-A", month): 0 for month in months}
    assert rated(5000.0, {}, "down", came=never) == ("too_close", "missing_returns")
