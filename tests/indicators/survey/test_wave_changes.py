"""Waves that went back to the same sampling units vary together, and the trend knows it."""

from datetime import date

import numpy as np
import pandas as pd
import pytest

from indicators.assessment.trend import trends
from indicators.survey.waves.changes import overlapping_sample_se
from tests.worlds.rows.warehouse import SmallWarehouse, small_mission

FIRST, SECOND = date(2026, 2, 10), date(2026, 8, 10)
INDICATOR = "X-IM-01"
STRATA, UNITS, PERSONS = 4, 12, 8
AREA = "A1a"
SMALL = small_mission([INDICATOR])


def answers(wave: int) -> pd.DataFrame:
    """Units differ much from each other and little from themselves half a year earlier."""
    draws = np.random.default_rng(7)
    level = draws.uniform(0.1, 0.8, (STRATA, UNITS)) + 0.05 * wave
    stratum, unit, person = (axis.ravel() for axis in np.indices((STRATA, UNITS, PERSONS)))
    good = (person + 0.5) / PERSONS < level[stratum, unit]
    return pd.DataFrame({"stratum": stratum, "psu": unit, "person": person, "good": good})


def warehouse(other_units: bool = False) -> SmallWarehouse:
    small = SmallWarehouse()
    for wave, day in enumerate((FIRST, SECOND)):
        people = answers(wave)
        prefix = f"new-{wave}" if other_units else "unit"
        keys = [f"{wave}-{number}" for number in range(len(people))]
        small.add(
            "survey_respondents",
            [
                {
                    "wave": f"w{wave}",
                    "respondent_key": key,
                    "stratum": str(row.stratum),
                    "psu": f"{prefix}-{row.psu}",
                    "weight_person": row.person % 3 + 1,
                    "interviewed_on": day,
                    "area_code": AREA,
                }
                for key, row in zip(keys, people.itertuples(), strict=True)
            ],
        )
        small.add(
            "survey_answers",
            [
                {
                    "wave": f"w{wave}",
                    "respondent_key": key,
                    "item": "safety_overall",
                    "answer": "good" if row.good else "bad",
                }
                for key, row in zip(keys, people.itertuples(), strict=True)
            ],
        )
    return small


def by_hand() -> float:
    """The linearised difference summed by unit over both waves, in percentage points."""
    totals = np.zeros((STRATA, UNITS))
    for wave, sign in ((0, -1), (1, 1)):
        people = answers(wave)
        weight = people["person"] % 3 + 1
        share = np.average(people["good"], weights=weight)
        pull = sign * weight * (people["good"] - share) / weight.sum()
        np.add.at(totals, (people["stratum"], people["psu"]), pull)
    centred = totals - totals.mean(axis=1, keepdims=True)
    return float(100 * np.sqrt(UNITS / (UNITS - 1) * (centred**2).sum()))


def test_the_error_is_that_of_the_units_over_both_waves() -> None:
    small = warehouse()
    small.compute(INDICATOR)
    found = overlapping_sample_se(small.connection, SMALL, {INDICATOR: 1})
    rows = found[(found["area"] == "C") & (found["period"] == "2026-Q3")]
    assert rows["shared_se"].tolist() == pytest.approx([by_hand()])
    assert rows["shared_df"].tolist() == [STRATA * UNITS - STRATA]


def test_only_periods_that_show_a_wave_with_one_before_it_have_a_change() -> None:
    small = warehouse()
    small.compute(INDICATOR)
    found = overlapping_sample_se(small.connection, SMALL, {INDICATOR: 1})
    assert not set(found["period"]) & {"2026-02", "2026-Q1"}
    assert {"2026-08", "2026-Q3"} <= set(found["period"])
    assert set(found["area"]) == {"C", "A1", "A1a"}


def trend_of_third_quarter(small: SmallWarehouse) -> str | None:
    small.compute(INDICATOR)
    trends(small.connection, SMALL)
    found = small.connection.execute(
        """SELECT trend FROM mart.indicator_value WHERE period = '2026-Q3' AND area = 'C'
        AND sex = '_T' AND age_group = '_T' AND breakdown = '_T'"""
    )
    return found.fetchall()[0][0]


def test_the_same_change_is_seen_with_the_same_units_and_not_with_others() -> None:
    assert trend_of_third_quarter(warehouse()) == "improving"
    assert trend_of_third_quarter(warehouse(other_units=True)) == "no_clear_change"


def test_waves_without_a_common_unit_and_other_versions_are_left_out() -> None:
    small = warehouse(other_units=True)
    small.compute(INDICATOR)
    assert overlapping_sample_se(small.connection, SMALL, {INDICATOR: 1}).empty
    same = warehouse()
    same.compute(INDICATOR)
    assert overlapping_sample_se(same.connection, SMALL, {INDICATOR: 2}).empty
