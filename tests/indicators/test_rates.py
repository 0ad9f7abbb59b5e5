"""Rates: population at mid-period, exact Poisson limits, sites without a figure left out."""

from datetime import date

import pandas as pd
import pytest
from scipy.stats import poisson

from indicators.engines import poisson_limits
from tests.indicators.small_warehouse import SmallWarehouse, total_rows


def january(small: SmallWarehouse, area: str = "C") -> pd.Series:
    values = total_rows(small.compute("P2-OC-07", as_of=date(2026, 3, 31)))
    (row,) = values[(values["period"] == "2026-01") & (values["area"] == area)].iloc
    return row


def with_incidents(count: int) -> SmallWarehouse:
    small = SmallWarehouse()
    small.add("incidents", [{"site_code": "S1", "area_code": "A1a"}] * count)
    small.add("incidents", [{"incident_code": "elsewhere", "area_code": "A1a"}])
    return small


def test_population_is_linear_between_two_figures_then_the_last() -> None:
    small = with_incidents(3)
    figures = [(date(2026, 1, 6), 1000), (date(2026, 1, 26), 3000)]
    small.add(
        "population",
        [{"area_code": "S1", "reference_on": day, "persons": persons} for day, persons in figures],
    )
    found = january(small, "S1")
    assert found["denominator"] == 1000 + 2000 * 10 / 20  # 16 January
    assert found["value"] == 1000 * 3 / 2000
    later = {"incident_code": "later", "site_code": "S1", "occurred_on": date(2026, 2, 1)}
    small.add("incidents", [later])
    values = total_rows(small.compute("P2-OC-07", as_of=date(2026, 3, 31)))
    february = values[(values["period"] == "2026-02") & (values["area"] == "C")]
    assert february["denominator"].tolist() == [3000]


def test_before_the_first_figure_there_is_no_rate() -> None:
    small = with_incidents(3)
    small.add("population", [{"area_code": "S1", "reference_on": date(2026, 1, 17), "persons": 9}])
    found = january(small)
    assert pd.isna(found["value"]) and found["obs_status"] == "M"


def test_sexes_and_ages_of_one_date_add_up() -> None:
    small = with_incidents(1)
    small.add(
        "population",
        [
            {"area_code": "S1", "reference_on": date(2026, 1, 1), "sex": sex, "persons": 500}
            for sex in ("F", "M")
        ],
    )
    assert january(small)["value"] == 1


@pytest.mark.parametrize("count", [0, 1, 7, 40])
def test_limits_are_those_of_the_exact_test(count: int) -> None:
    low, high = poisson_limits(count)
    assert poisson.cdf(count, high) == pytest.approx(0.025)
    assert low == 0 if count == 0 else poisson.sf(count - 1, low) == pytest.approx(0.025)
    small = with_incidents(count)
    small.add(
        "population", [{"area_code": "S1", "reference_on": date(2026, 1, 1), "persons": 2000}]
    )
    found = january(small)
    assert found["method"] == "poisson_exact" and found["n"] == count
    assert found["ci_low"] == pytest.approx(low / 2) and found["ci_high"] == pytest.approx(high / 2)


def test_a_host_community_is_no_site_of_the_rate() -> None:
    small = with_incidents(2)
    small.add(
        "population", [{"area_code": "S1", "reference_on": date(2026, 1, 1), "persons": 2000}]
    )
    assert january(small)["value"] == 1
    small.connection.execute("UPDATE core.areas SET site_kind = 'host_community'")
    found = january(small)
    assert pd.isna(found["value"]) and found["n"] == 0
