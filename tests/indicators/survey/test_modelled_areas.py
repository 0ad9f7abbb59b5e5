"""`mart.modelled_value`: figures of areas by a model, beside the direct ones and apart."""

from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

import indicators
from indicators.assessment.trend import trends
from indicators.survey.waves.modelled_areas import _read, _rows_of, modelled_areas
from tests.worlds.rows.warehouse import SmallWarehouse, small_mission

SAFE, AREAS, UNITS, PEOPLE = "X-IM-01", 24, 6, 10
HELD = date(2026, 2, 10)


def asked(small: SmallWarehouse, share: float = 0.5) -> None:
    """24 more areas, six units of ten people in each; the higher its number, the safer."""
    codes = [f"B{number:02}" for number in range(AREAS)]
    area: dict[str, Any] = {"parent_area_code": "A2", "area_level": "admin2"}
    named = [
        {"area_code": code, "name_en": code, "name_fr": code, "valid_from": date(2020, 1, 1)} | area
        for code in codes
    ]
    small.add("areas", named)
    rng = np.random.default_rng(4)
    unit = np.arange(AREAS * UNITS).repeat(PEOPLE)
    place = unit // UNITS
    safe = rng.random(len(unit)) < share + 0.3 * (place / AREAS - 0.5)
    key = [f"r{number}" for number in range(len(unit))]
    small.add_frame("survey_respondents", pd.DataFrame({
        "respondent_key": key, "stratum": place.astype(str), "psu": unit.astype(str),
        "area_code": [codes[at] for at in place], "sex": np.where(unit % 2, "F", "M"),
        "weight_person": rng.uniform(1, 2, len(unit)),
    }))  # fmt: skip
    answers = {"respondent_key": key, "item": "safety_overall"}
    small.add_frame(
        "survey_answers", pd.DataFrame(answers | {"answer": np.where(safe, "good", "bad")})
    )


def modelled(small: SmallWarehouse, **profile: Any) -> pd.DataFrame:
    small.compute(SAFE, **profile)
    with modelled_areas(small.connection, small_mission([SAFE], **profile)):
        pass
    return small.connection.execute("SELECT * FROM mart.modelled_value ORDER BY ALL").df()


@pytest.fixture(scope="module")
def small() -> SmallWarehouse:
    """Asked and modelled; nothing may be changed in it that is not put back."""
    small = SmallWarehouse()
    asked(small)
    modelled(small)
    return small


@pytest.fixture
def found(small: SmallWarehouse) -> pd.DataFrame:
    return small.connection.execute("SELECT * FROM mart.modelled_value ORDER BY ALL").df()


def test_every_area_has_a_figure_that_together_make_the_country(
    small: SmallWarehouse, found: pd.DataFrame
) -> None:
    quarter = found[(found["period"] == "2026-Q1") & (found["area_level"] == "admin2")]
    total = quarter[quarter["sex"] == "_T"]
    assert len(total) == AREAS and total["reason"].isna().all()
    assert set(total["n_areas"]) == {AREAS}
    direct = small.connection.execute(
        """SELECT area, value, denominator, ci_low, ci_high FROM mart.indicator_value
        WHERE period = '2026-Q1' AND sex = '_T' AND age_group = '_T' AND breakdown = '_T'"""
    ).df()
    both = total.merge(direct, on="area", suffixes=("", "_direct"))
    country = float(direct.loc[direct["area"] == "C", "value"].iloc[0])
    assert np.average(both["value"], weights=both["denominator"]) == pytest.approx(country)
    width, own = both["ci_high"] - both["ci_low"], both["ci_high_direct"] - both["ci_low_direct"]
    assert width.mean() < 0.8 * own.mean()
    assert both["value"].std() < both["value_direct"].std()


def test_one_wave_has_one_figure_in_every_period_that_shows_it(found: pd.DataFrame) -> None:
    total = found.query("sex == '_T' and area == 'B07'")
    assert {"M", "Q", "A"} <= set(total["period_type"])
    assert total["value"].nunique() == 1


def test_few_areas_and_wide_intervals_have_a_reason_and_no_figure(found: pd.DataFrame) -> None:
    regions = found[found["area_level"] == "admin1"]
    assert set(regions["reason"]) == {"few_areas"}
    held_back = found[found["reason"].notna()]
    assert held_back[["value", "se", "ci_low", "ci_high"]].isna().all(axis=None)
    shown = found[found["reason"].isna()]
    assert (shown["ci_high"] - shown["ci_low"] < 30).all()


def test_incidents_of_the_year_before_the_wave_move_figures_and_later_ones_do_not(
    found: pd.DataFrame,
) -> None:
    def with_incidents(on: date) -> pd.Series:
        small = SmallWarehouse()
        asked(small)
        unsafe = [f"B{number:02}" for number in range(12)]
        small.add("incidents", [{"occurred_on": on, "area_code": code} for code in unsafe])
        return of_areas(modelled(small))

    def of_areas(table: pd.DataFrame) -> pd.Series:
        chosen = table.query("sex == '_T' and period == '2026-Q1' and area_level == 'admin2'")
        return chosen.set_index("area")["value"]

    plain = of_areas(found)
    assert with_incidents(date(2026, 2, 11)).to_dict() == pytest.approx(plain.to_dict())
    told = with_incidents(date(2026, 2, 10))
    assert told[told.index < "B12"].mean() < plain[plain.index < "B12"].mean()


def test_areas_that_add_up_to_what_the_country_excludes_are_not_shown(
    small: SmallWarehouse,
) -> None:
    connection, mission = small.connection, small_mission([SAFE])
    connection.execute("BEGIN")
    connection.execute(
        "UPDATE mart.indicator_value SET ci_low = 98, ci_high = 99 WHERE area = 'C' AND sex = '_T'"
    )
    rows = _rows_of(*_read(connection, mission))
    connection.execute("ROLLBACK")
    of_all = [row for row in rows if row["sex"] == "_T" and row["area_level"] == "admin2"]
    assert {row["reason"] for row in of_all} == {"misses_country"}


def test_an_area_in_which_all_units_were_visited_keeps_its_own_figure(
    small: SmallWarehouse,
) -> None:
    connection, mission = small.connection, small_mission([SAFE])
    connection.execute("BEGIN")
    connection.execute("UPDATE mart.indicator_value SET method = 'all_units' WHERE area = 'B03'")
    areas = {row["area"] for row in _rows_of(*_read(connection, mission))}
    connection.execute("ROLLBACK")
    assert "B04" in areas and "B03" not in areas


def test_a_line_of_the_profile_switches_it_off(small: SmallWarehouse) -> None:
    with modelled_areas(small.connection, small_mission([SAFE], modelled_areas=False)):
        pass
    assert small.connection.execute("SELECT * FROM mart.modelled_value").fetchall() == []
    with modelled_areas(small.connection, small_mission([SAFE])):
        pass


def test_no_test_of_a_change_knows_it(small: SmallWarehouse) -> None:
    mission = small_mission([SAFE])
    read = "SELECT * FROM mart.indicator_value ORDER BY ALL"
    trends(small.connection, mission)
    before = small.connection.execute(read).df()
    small.connection.execute("DELETE FROM mart.modelled_value")
    trends(small.connection, mission)
    pd.testing.assert_frame_equal(small.connection.execute(read).df(), before)
    with modelled_areas(small.connection, mission):
        pass
    root = Path(indicators.__file__).parent
    for room in ("assessment", "linkage"):
        for file in (root / room).rglob("*.py"):
            assert "modelled_value" not in file.read_text(encoding="utf-8"), file
