"""The rules of rating, at every boundary."""

from datetime import date
from typing import Any

import pytest

from indicators.assessment.rating import RATINGS, rate, rating_reason
from indicators.foundation.messages import LANGUAGES, has_message
from tests.worlds.rows.mart import COUNTRY, MISSION, empty_mart, fill, indicator, mission, value

# The path runs from 40 on 31 December 2025 to 60 on 31 December 2026: 365 days, 20 points.
UP = {
    "baseline": 40.0,
    "baseline_on": date(2025, 12, 31),
    "target": 60.0,
    "target_on": date(2026, 12, 31),
    "tolerance": 1.0,
}
DOWN = UP | {"baseline": 60.0, "target": 40.0, "direction": "down"}
EXPECTED_UP = 40 + 20 * 273 / 365  # at the end of the third quarter
EXPECTED_DOWN = 100 - EXPECTED_UP


def rated(row: dict[str, Any], of: dict[str, Any], as_of: date = date(2026, 10, 15)) -> Any:
    """The row of the mart after rating."""
    connection = empty_mart()
    fill(connection, "indicator", [indicator(**of)])
    fill(connection, "mission", [{"mission": MISSION, "country_area": COUNTRY, "as_of": as_of}])
    fill(connection, "indicator_value", [value(**{"n": 100, "value": 1.0} | row)])
    rate(connection, mission())
    cursor = connection.execute("FROM mart.indicator_value")
    names = [column[0] for column in cursor.description]
    return dict(zip(names, cursor.fetchall()[0], strict=True))


def rating(row: dict[str, Any], of: dict[str, Any] = UP, **options: Any) -> Any:
    return rated(row, of, **options)["rating"]


def interval(low: float, middle: float, high: float) -> dict[str, Any]:
    return {"value": middle, "ci_low": low, "ci_high": high}


@pytest.mark.parametrize(
    ("low", "middle", "high", "expected"),
    [
        (60.0, 62.0, 64.0, "achieved"),
        (59.99, 62.0, 64.0, "on_track"),
        (50.0, EXPECTED_UP - 1, 60.0, "on_track"),
        (50.0, EXPECTED_UP - 1.01, 60.0, "at_risk"),
        (50.0, 52.0, EXPECTED_UP, "at_risk"),
        (50.0, 52.0, EXPECTED_UP - 0.01, "off_track"),
    ],
)
def test_an_interval_against_the_path_upwards(
    low: float, middle: float, high: float, expected: str
) -> None:
    assert rating(interval(low, middle, high)) == expected


@pytest.mark.parametrize(
    ("low", "middle", "high", "expected"),
    [
        (36.0, 38.0, 40.0, "achieved"),
        (36.0, 38.0, 40.01, "on_track"),
        (40.0, EXPECTED_DOWN + 1, 50.0, "on_track"),
        (40.0, EXPECTED_DOWN + 1.01, 50.0, "at_risk"),
        (EXPECTED_DOWN, 48.0, 50.0, "at_risk"),
        (EXPECTED_DOWN + 0.01, 48.0, 50.0, "off_track"),
    ],
)
def test_an_interval_against_the_path_downwards(
    low: float, middle: float, high: float, expected: str
) -> None:
    assert rating(interval(low, middle, high), DOWN) == expected


@pytest.mark.parametrize(
    ("reached", "expected"),
    [
        (60.0, "achieved"),
        (59.99, "on_track"),
        (EXPECTED_UP - 1, "on_track"),
        (EXPECTED_UP - 1.01, "at_risk"),
        (EXPECTED_UP - 2, "at_risk"),
        (EXPECTED_UP - 2.01, "off_track"),
    ],
)
def test_a_complete_register_is_its_own_interval(reached: float, expected: str) -> None:
    assert rating({"value": reached}) == expected


def test_without_a_tolerance_a_register_is_on_the_path_or_off_it() -> None:
    exact = UP | {"tolerance": 0.0}
    assert rating({"value": EXPECTED_UP}, exact) == "on_track"
    assert rating({"value": EXPECTED_UP - 0.001}, exact) == "off_track"


@pytest.mark.parametrize(
    ("period", "on_the_path"),
    [("2025-Q3", 40.0), ("2025-Q4", 40.0), ("2026-Q4", 60.0), ("2027-Q1", 60.0)],
)
def test_outside_its_dates_the_path_is_level(period: str, on_the_path: float) -> None:
    exact = UP | {"tolerance": 0.0}
    as_of = date(2027, 6, 1)
    if on_the_path < 60:
        assert rating({"period": period, "value": on_the_path}, exact, as_of=as_of) == "on_track"
    else:
        assert rating({"period": period, "value": on_the_path}, exact, as_of=as_of) == "achieved"
    just_short = {"period": period, "value": on_the_path - 0.001}
    assert rating(just_short, exact, as_of=as_of) == "off_track"


@pytest.mark.parametrize("missing", ["baseline", "baseline_on", "target_on"])
def test_without_a_dated_baseline_the_path_is_the_target(missing: str) -> None:
    assert rating({"value": 59.0}, UP | {missing: None}) == "on_track"
    assert rating({"value": EXPECTED_UP}, UP | {missing: None}) == "off_track"


@pytest.mark.parametrize(
    ("status", "expected"),
    [("O", "no_data"), ("L", "no_data"), ("M", "not_enough_data"), ("U", "not_enough_data")],
)
def test_empty_cells_say_which_kind_of_empty(status: str, expected: str) -> None:
    shown = 70.0 if status == "U" else None
    assert rating({"value": shown, "obs_status": status}) == expected


@pytest.mark.parametrize(("n", "expected"), [(29, "not_enough_data"), (30, "achieved")])
def test_fewer_cases_than_the_minimum_are_not_rated(n: int, expected: str) -> None:
    assert rating({"value": 70.0, "n": n}, UP | {"min_n": 30}) == expected


def test_a_count_of_zero_is_a_value_and_not_too_few_cases() -> None:
    none_killed = DOWN | {"measure": "count", "target": 0.0, "min_n": 30}
    assert rating({"value": 0.0, "n": 0}, none_killed) == "achieved"


PARTIAL = {"obs_status": "P", "returns_due": 10, "returns_received": 9}


@pytest.mark.parametrize("measure", ["count", "sum", "rate", "ratio", "median"])
def test_missing_incident_returns_never_flatter_where_lower_is_better(measure: str) -> None:
    good = PARTIAL | {"value": 0.0}
    assert rating(good, DOWN | {"measure": measure}) == "at_risk"
    assert rating(good | {"value": EXPECTED_DOWN}, DOWN | {"measure": measure}) == "at_risk"


@pytest.mark.parametrize(
    ("measure", "expected"), [("count", "achieved"), ("ratio", "at_risk"), ("median", "at_risk")]
)
def test_more_returns_can_only_add_to_a_count(measure: str, expected: str) -> None:
    assert rating(PARTIAL | {"value": 61.0}, UP | {"measure": measure}) == expected


@pytest.mark.parametrize("measure", ["count", "ratio"])
def test_silence_does_not_pay(measure: str) -> None:
    assert rating(PARTIAL | {"value": 5.0}, UP | {"measure": measure}) == "off_track"


def test_a_provisional_value_with_all_its_returns_is_rated_as_it_stands() -> None:
    complete = PARTIAL | {"returns_received": 10, "value": 61.0}
    assert rating(complete) == "achieved"


def test_rows_without_a_return_count_as_missing_returns_once_the_period_is_over() -> None:
    below = {"obs_status": "P", "value": 61.0}
    assert rating(below) == "at_risk"
    assert rating(below, as_of=date(2026, 9, 29)) == "achieved"


def test_what_still_grows_is_not_rated_before_its_period_is_over() -> None:
    running = {"obs_status": "P", "value": 10.0, "n": 10}
    assert rating(running, UP | {"measure": "count"}, as_of=date(2026, 9, 29)) == "not_enough_data"
    assert rating(running, UP | {"measure": "count"}, as_of=date(2026, 9, 30)) == "off_track"


@pytest.mark.parametrize("of", [UP | {"target": None}, UP | {"direction": "neutral"}])
def test_no_target_or_no_good_direction_is_no_rating(of: dict[str, Any]) -> None:
    assert rating({"value": 70.0}, of) is None


def test_parts_of_a_breakdown_are_not_rated() -> None:
    assert rating({"value": 70.0, "sex": "F"}) is None


@pytest.mark.parametrize(("measure", "expected"), [("count", None), ("ratio", "achieved")])
def test_an_area_is_held_against_the_missions_path_where_size_does_not_matter(
    measure: str, expected: str | None
) -> None:
    row = rated({"area": "TST-1", "value": 70.0}, UP | {"measure": measure})
    found = (row["rating"], row["target"], row["baseline"])
    assert found == ((expected, 60.0, 40.0) if expected else (None, None, None))


@pytest.mark.parametrize(
    ("period", "periods", "expected"),
    [
        ("2026-Q3", "M|Q|A", "achieved"),
        ("2026-07", "M|Q|A", None),
        ("2025", "M|Q|A", None),
        ("2025", "A", "achieved"),
    ],
)
def test_a_count_has_a_target_for_one_length_of_period(
    period: str, periods: str, expected: str | None
) -> None:
    of = UP | {"measure": "count", "periods": periods}
    row = rated({"period": period, "value": 70.0, "target": 60.0}, of)
    assert (row["rating"], row["target"]) == ((expected, 60.0) if expected else (None, None))


def test_a_stock_is_rated_in_every_period() -> None:
    of = UP | {"measure": "count", "time_rule": "stock"}
    assert rating({"period": "2026-07", "time_rule": "stock", "value": 70.0}, of) == "achieved"


def test_rating_again_gives_the_same() -> None:
    connection = empty_mart()
    fill(connection, "indicator", [indicator(**UP)])
    fill(connection, "indicator_value", [value(value=v, n=50) for v in (10.0, 54.5, 70.0)])
    rate(connection, mission())
    once = connection.execute("FROM mart.indicator_value ORDER BY value").fetchall()
    rate(connection, mission())
    assert connection.execute("FROM mart.indicator_value ORDER BY value").fetchall() == once


@pytest.mark.parametrize("name", RATINGS)
@pytest.mark.parametrize("language", LANGUAGES)
def test_every_rating_has_its_reason(name: str, language: str) -> None:
    assert has_message(f"rating.reason.{name}")
    row = {"rating": name, "ci_low": None, "obs_status": "A"}
    assert rating_reason(row, language) != rating_reason({"rating": None}, language) == ""


def test_the_reason_names_what_decided() -> None:
    estimate = {"rating": "at_risk", "ci_low": 1.0, "obs_status": "A"}
    register = estimate | {"ci_low": float("nan")}
    partial = register | PARTIAL
    assert "within the CI" in rating_reason(estimate)
    assert "tolerance" in rating_reason(register)
    assert "part of the reports" in rating_reason(partial)
