"""Limits of counts of harm: the dispersion that a series shows, and what it is where none does."""

from datetime import date
from typing import Any

import numpy as np
import pytest
from scipy.stats import gamma

from indicators.assessment.count_limits import set_count_limits
from indicators.foundation.numbers.statistics import count_limits
from indicators.foundation.periods import periods_between
from tests.indicators.assessment.count_simulation import KINDS, LEVELS, coverage, table
from tests.worlds.rows.mart import COUNTRY, empty_mart, fill, indicator, mission, value
from tests.worlds.rows.warehouse import SmallWarehouse, small_mission, total_rows

MONTHS = [one.name for one in periods_between(date(2024, 1, 1), date(2026, 9, 30), ("M",))]
HARM = {"measure": "count", "direction": "down", "unit_of_measure": "incidents"}


def limits_of(counts: list[float], period: str, **more: Any) -> tuple[float, float, float]:
    """`ci_low`, `ci_high` and `deff` of one month of a count of harm."""
    connection = empty_mart()
    fill(connection, "indicator", [indicator(**HARM)])
    months = MONTHS[-len(counts) :]
    rows = [
        value(period=name, value=count, numerator=count, n=count, method="gamma", **more)
        for name, count in zip(months, counts, strict=True)
    ]
    fill(connection, "indicator_value", rows)
    set_count_limits(connection, mission())
    found = connection.execute(
        "SELECT ci_low, ci_high, deff FROM mart.indicator_value WHERE period = ?", [period]
    ).fetchone()
    assert found is not None
    return found


@pytest.mark.parametrize("count", [0.0, 1.0, 7.0, 40.0, 7402.0])
def test_limits_are_quantiles_of_the_gamma_distribution(count: float) -> None:
    for phi in (1.0, 2.5):
        low, high = (float(limit) for limit in count_limits(np.array(count), phi))
        assert high == pytest.approx(phi * gamma.ppf(0.975, count / phi + 0.5))
        assert low == pytest.approx(phi * gamma.ppf(0.025, count / phi + 0.5) if count else 0.0)


def test_a_season_is_no_dispersion() -> None:
    season = [10.0, 20, 40, 60, 80, 90, 80, 60, 40, 20, 15, 12]
    *_, phi = limits_of([*season, *season, *season[:9]], "2026-09")
    assert phi == 1.0


def test_raids_widen_the_limits_of_every_month() -> None:
    calm, raids = [40.0] * 33, [40.0] * 33
    raids[5], raids[14], raids[27] = 90.0, 95.0, 5.0
    low, high, phi = limits_of(raids, "2026-09")
    narrow_low, narrow_high, one = limits_of(calm, "2026-09")
    pairs = [(raids[at], raids[at - 12]) for at in range(12, 33)]
    by_hand = sum((x - y) ** 2 for x, y in pairs) / sum(x + y for x, y in pairs)
    assert (phi, one) == (pytest.approx(by_hand, rel=1e-3), 1.0)  # February 2024 is longer
    assert low < narrow_low < 40 < narrow_high < high


def test_months_after_a_period_say_nothing_of_it() -> None:
    later = [40.0] * 30 + [200.0, 10.0, 190.0]
    assert limits_of(later, "2026-06")[2] == 1.0
    assert limits_of(later, "2026-09")[2] > 1.0


def test_few_months_go_by_the_persons_of_an_event() -> None:
    """Two events of one and one of ten persons: the mean square over the mean is 102 / 12."""
    small = SmallWarehouse()
    small.add(
        "displacement_events",
        [
            {
                "displacement_code": code,
                "cause": "violence",
                "persons": persons,
                "origin_area_code": "A1a",
                "displaced_on": date(2026, 1, 9),
            }
            for code, persons in (("a", 1), ("b", 1), ("c", 10))
        ],
    )
    small.compute("X-IM-06", as_of=date(2026, 3, 31))
    set_count_limits(small.connection, small_mission(["X-IM-06"]))
    values = total_rows(small.connection.execute("FROM mart.indicator_value").df())
    (row,) = values[(values["period"] == "2026-01") & (values["area"] == "C")].iloc
    assert (row["value"], row["deff"]) == (12, pytest.approx(102 / 12))
    low, high = count_limits(np.array(12.0), 102 / 12)
    assert (row["ci_low"], row["ci_high"]) == (pytest.approx(low), pytest.approx(high))


def test_own_registers_have_no_limits() -> None:
    assert limits_of([40.0] * 33, "2026-09", area=COUNTRY)[0] is not None
    connection = empty_mart()
    fill(connection, "indicator", [indicator(measure="count", source="activities")])
    fill(connection, "indicator_value", [value(value=40.0, method="full_register")])
    set_count_limits(connection, mission())
    assert connection.execute("SELECT ci_low FROM mart.indicator_value").fetchall() == [(None,)]


def test_coverage_of_all_kinds_together() -> None:
    found = coverage(400, KINDS, LEVELS)
    for kind in KINDS:
        shares = [share for key, share in found.items() if key.kind == kind]
        assert 0.93 <= float(np.mean(shares)) <= 0.97, kind


@pytest.mark.soak
def test_coverage_of_each_kind_alone(capsys: pytest.CaptureFixture[str]) -> None:
    found = coverage(4000, KINDS, LEVELS)
    with capsys.disabled():
        print("\n" + table(found))
    for key, share in found.items():
        assert 0.92 <= share <= (0.98 if key.level == 1 else 0.975), key
