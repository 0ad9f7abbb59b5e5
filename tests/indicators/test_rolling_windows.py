"""Rolling windows: three or twelve months that end with each month, recounted for each."""

from datetime import date, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from indicators.periods import (
    ROLLING_TYPES,
    add_months,
    period_named,
    period_of,
    periods_between,
    previous_year,
)
from tests.indicators.small_warehouse import SmallWarehouse, returned

AS_OF = date(2026, 5, 31)
ROLLING = {"as_of": AS_OF, "period_types": ("M", "Q", "R3", "R12")}


@pytest.mark.parametrize(
    ("day", "period_type", "name", "start", "end"),
    [
        (date(2026, 7, 31), "R3", "2026-07-R3", date(2026, 5, 1), date(2026, 7, 31)),
        (date(2026, 1, 1), "R3", "2026-01-R3", date(2025, 11, 1), date(2026, 1, 31)),
        (date(2024, 2, 29), "R12", "2024-02-R12", date(2023, 3, 1), date(2024, 2, 29)),
    ],
)
def test_a_window_ends_with_the_month_of_the_day(
    day: date, period_type: str, name: str, start: date, end: date
) -> None:
    period = period_of(day, period_type)
    assert (period.name, period.start, period.end) == (name, start, end)
    assert period_named(name) == period


@given(st.dates(date(1999, 1, 1), date(2061, 12, 31)), st.sampled_from(ROLLING_TYPES))
def test_a_window_is_its_months_and_its_name_means_it(day: date, period_type: str) -> None:
    period = period_of(day, period_type)
    assert len(period.months) == int(period_type[1:])
    assert period.months[0] == period.start and period.months[-1] <= day <= period.end
    assert period_named(period.name) == period
    assert previous_year(period).end.replace(day=1) == add_months(period.months[-1], -12)


@pytest.mark.parametrize("name", ["2026-07-R4", "2026-13-R3", "2026-7-R3", "2026-07-M", "2026-R3"])
def test_a_name_of_no_window_is_refused(name: str) -> None:
    with pytest.raises(ValueError):
        period_named(name)


def test_windows_begin_no_earlier_than_what_there_is_to_report() -> None:
    windows = periods_between(date(2026, 1, 10), date(2026, 4, 15), ["R3"])
    assert [window.name for window in windows] == ["2026-03-R3", "2026-04-R3"]
    assert periods_between(date(2026, 1, 10), date(2026, 4, 15), ["R12"]) == []


def patrols(*months: int, **row: Any) -> list[dict[str, Any]]:
    return [{"started_at": datetime(2026, month, 5), **row} for month in months]


def test_a_flow_adds_up_its_three_months() -> None:
    small = SmallWarehouse()
    small.add("activities", patrols(1, 1, 2, 4, 5, 5, 5))
    windows = {"2026-03-R3": 3, "2026-04-R3": 2, "2026-05-R3": 4}
    assert small.totals("P2-OP-01", "R3", **ROLLING) == windows
    assert small.totals("P2-OP-01", "Q", **ROLLING) == {"2026-Q1": 3, "2026-Q2": 4}


def test_what_is_counted_once_is_counted_once_in_each_window() -> None:
    small = SmallWarehouse()
    small.add("activities", patrols(1, 2, 3, 4, activity_type="mediation", process_code="a"))
    assert small.totals("P1-OP-09", "R3", **ROLLING) == {
        "2026-03-R3": 1,
        "2026-04-R3": 1,
        "2026-05-R3": 1,
    }


def test_a_share_is_that_of_the_window_and_no_mean_of_months() -> None:
    small = SmallWarehouse()
    rows = patrols(1, patrol_mode="foot") + patrols(3, 3, 3, patrol_mode="vehicle")
    small.add("activities", rows)
    assert small.totals("P2-OP-03", "R3", **ROLLING)["2026-03-R3"] == 25


def test_a_state_is_that_of_the_last_day() -> None:
    small = SmallWarehouse()
    census = [(date(2026, 1, 5), "F", 3), (date(2026, 4, 5), "M", 9)]
    small.add(
        "police_census",
        [{"listed_on": on, "sex": sex, "officers_count": count} for on, sex, count in census],
    )
    windows = {"2026-03-R3": 100, "2026-04-R3": 0, "2026-05-R3": 0}
    assert small.totals("P3-OC-07", "R3", **ROLLING) == windows


def test_the_latest_wave_within_the_window_is_shown() -> None:
    small = SmallWarehouse()
    keys = [f"r{number}" for number in range(40)]
    small.add("survey_respondents", [{"respondent_key": key, "household_key": key} for key in keys])
    small.add(
        "survey_answers",
        [{"respondent_key": key, "item": "safety_overall", "answer": "good"} for key in keys],
    )
    statuses = small.statuses("X-IM-01", "R3", **ROLLING)
    told = {period for period, status in statuses.items() if status != "O"}
    assert told == {"2026-04-R3"}  # the only window that begins with the first wave and holds it


def test_returns_of_all_its_months_are_due() -> None:
    small = SmallWarehouse()
    small.add("activities", patrols(1))
    states = {1: "submitted", 2: "submitted", 3: "submitted", 4: "not_submitted", 5: "submitted"}
    small.add("reporting_returns", returned(states))
    assert small.statuses("P2-OP-01", "R3", **ROLLING) == {
        "2026-03-R3": "A",
        "2026-04-R3": "P",
        "2026-05-R3": "P",
    }


def test_a_date_known_by_its_quarter_is_in_no_window() -> None:
    small = SmallWarehouse()
    row = {"occurred_on": date(2026, 1, 10), "linked_operation": "un_police"}
    small.add("incidents", [{**row, "date_precision": p} for p in ("day", "month", "quarter")])
    assert small.totals("P2-OC-08", "R3", **ROLLING)["2026-03-R3"] == 2
