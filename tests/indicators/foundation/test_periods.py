"""Periods: names, bounds, months and their order."""

from datetime import date, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from indicators.foundation.periods import (
    PERIOD_TYPES,
    period_named,
    period_of,
    periods_between,
    previous_year,
)

days = st.dates(date(1999, 1, 1), date(2061, 12, 31))
types = st.sampled_from(PERIOD_TYPES)


@pytest.mark.parametrize(
    ("day", "period_type", "name", "start", "end"),
    [
        (date(2026, 7, 31), "W", "2026-W31", date(2026, 7, 27), date(2026, 8, 2)),
        (date(2027, 1, 3), "W", "2026-W53", date(2026, 12, 28), date(2027, 1, 3)),
        (date(2024, 2, 29), "M", "2024-02", date(2024, 2, 1), date(2024, 2, 29)),
        (date(2026, 9, 30), "Q", "2026-Q3", date(2026, 7, 1), date(2026, 9, 30)),
        (date(2026, 6, 30), "S", "2026-S1", date(2026, 1, 1), date(2026, 6, 30)),
        (date(2026, 7, 1), "S", "2026-S2", date(2026, 7, 1), date(2026, 12, 31)),
        (date(2026, 5, 1), "A", "2026", date(2026, 1, 1), date(2026, 12, 31)),
        (date(2026, 6, 30), "B", "2025/26", date(2025, 7, 1), date(2026, 6, 30)),
        (date(1999, 7, 1), "B", "1999/00", date(1999, 7, 1), date(2000, 6, 30)),
    ],
)
def test_the_period_of_a_day(
    day: date, period_type: str, name: str, start: date, end: date
) -> None:
    period = period_of(day, period_type)
    assert (period.name, period.start, period.end) == (name, start, end)


@given(days, types)
def test_a_period_holds_its_day_and_its_name_means_it(day: date, period_type: str) -> None:
    period = period_of(day, period_type)
    assert period.start <= day <= period.end
    assert period_named(period.name) == period


@given(days, types)
def test_periods_follow_on_without_gap(day: date, period_type: str) -> None:
    periods = periods_between(day, day + timedelta(days=800), [period_type])
    assert periods[0].start <= day and periods[-1].end >= day + timedelta(days=800)
    for earlier, later in pairwise(periods):
        assert later.start == earlier.end + timedelta(days=1)


def test_a_week_has_the_month_of_its_thursday() -> None:
    assert period_of(date(2026, 7, 27), "W").months == [date(2026, 7, 1)]
    assert period_of(date(2026, 9, 28), "W").months == [date(2026, 10, 1)]


def test_the_middle_of_a_period_is_rounded_down() -> None:
    assert period_of(date(2026, 1, 1), "M").middle == date(2026, 1, 16)
    assert period_of(date(2026, 2, 1), "M").middle == date(2026, 2, 15)


@pytest.mark.parametrize(
    ("name", "before"),
    [("2026-Q3", "2025-Q3"), ("2026", "2025"), ("2025/26", "2024/25"), ("2026-W31", "2025-W31")],
)
def test_the_same_period_of_last_year(name: str, before: str) -> None:
    assert previous_year(period_named(name)).name == before


@pytest.mark.parametrize("name", ["2026-13", "2026-Q5", "2026-W54", "Q3", "2026/28", "2026-7"])
def test_a_name_of_no_period_is_refused(name: str) -> None:
    with pytest.raises(ValueError):
        period_named(name)
