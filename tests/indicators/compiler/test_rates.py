"""Rates: population at mid-period, sites without a figure left out."""

from datetime import date
from math import nan
from typing import Any

import pandas as pd

from tests.worlds.rows.warehouse import SmallWarehouse, total_rows


def january(small: SmallWarehouse, area: str = "C") -> pd.Series:
    values = total_rows(small.compute("P2-OC-07", as_of=date(2026, 3, 31)))
    (row,) = values[(values["period"] == "2026-01") & (values["area"] == area)].iloc
    value, numerator, *_ = small.explained("P2-OC-07", "2026-01", area, date(2026, 3, 31))
    assert numerator == row["numerator"]
    assert value == row["value"] or (value is None and pd.isna(row["value"]))
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


def test_a_host_community_is_no_site_of_the_rate() -> None:
    small = with_incidents(2)
    small.add(
        "population", [{"area_code": "S1", "reference_on": date(2026, 1, 1), "persons": 2000}]
    )
    assert january(small)["value"] == 1
    small.connection.execute("UPDATE core.areas SET site_kind = 'host_community'")
    found = january(small)
    assert pd.isna(found["value"]) and found["n"] == 0


def with_victims(**site: int) -> SmallWarehouse:
    """Two incidents in the site: one with women and men harmed, one with men and a child."""
    small = SmallWarehouse()
    small.add("incidents", [{"site_code": "S1", "area_code": "A1a"}] * 2)
    victims = [(0, "F", "Y18T29"), (0, "M", "Y18T29"), (1, "M", "Y0T17"), (1, "_U", "_U")]
    small.add(
        "incident_victims",
        [
            {
                "incident_code": f"incidents{number}",
                "sex": sex,
                "age_group": age_group,
                "harm": "injured",
                "victims_count": 3,
            }
            for number, sex, age_group in victims
        ],
    )
    figures = [("_U", "_U") if cell == "_U" else cell.split("_", 1) for cell in site]
    small.add(
        "population",
        [
            {
                "area_code": "S1",
                "reference_on": date(2026, 1, 1),
                "sex": sex,
                "age_group": age_group,
                "persons": persons,
            }
            for (sex, age_group), persons in zip(figures, site.values(), strict=True)
        ],
    )
    return small


def by_people(small: SmallWarehouse, code: str) -> dict[tuple[str, str], tuple[float, float]]:
    """January's numerator and denominator by sex and age group."""
    values = small.compute(code, as_of=date(2026, 3, 31))
    kept = values[(values["period"] == "2026-01") & (values["area"] == "C")]
    kept = kept[(kept["breakdown"] == "_T") & (kept["actor"] == "_T")]
    return {
        (row["sex"], row["age_group"]): (row["numerator"], row["denominator"])
        for row in kept.astype({"denominator": object}).replace({nan: None}).to_dict("records")
    }


def test_under_a_sex_or_age_the_residents_are_of_that_sex_or_age() -> None:
    small = with_victims(F_Y18T29=600, M_Y18T29=300, M_Y0T17=100)
    assert by_people(small, "P2-OC-07") == {
        ("_T", "_T"): (2, 1000),
        ("F", "_T"): (1, 600),
        ("M", "_T"): (2, 400),
        ("_T", "Y18T29"): (1, 900),
        ("_T", "Y0T17"): (1, 100),
        ("_U", "_T"): (1, None),  # nobody's population: no rate, and said
        ("_T", "_U"): (1, None),
    }


def test_a_rate_of_nobody_is_zero_and_not_missing() -> None:
    small = with_victims(F_Y18T29=600, M_Y18T29=300, M_Y0T17=100, F_Y60T99=50)
    small.add("incidents", [{"incident_code": "later", "occurred_on": date(2026, 2, 3)}])
    values = small.compute("P2-OC-07", as_of=date(2026, 3, 31))
    kept = values[(values["area"] == "C") & (values["period"] == "2026-01")]
    (oldest,) = kept[kept["age_group"] == "Y60T99"].to_dict("records")
    assert (oldest["value"], oldest["numerator"], oldest["n"]) == (0, 0, 0)
    assert (oldest["denominator"], oldest["obs_status"]) == (50, "A")
    february = values[(values["area"] == "C") & (values["period"] == "2026-02")]
    told = february.set_index(["sex", "age_group", "breakdown_value"])["value"].to_dict()
    parts = [("F", "_T", "_T"), ("M", "_T", "_T"), ("_T", "Y0T17", "_T"), ("_T", "_T", "killing")]
    assert [told[part] for part in parts] == [0, 0, 0, 0]
    assert not [part for part in told if "_U" in part]  # not stated: only where it has a case


def test_a_population_known_in_total_only_gives_no_rate_by_sex_or_age() -> None:
    small = with_victims(_U=1000)
    assert by_people(small, "P2-OC-07") == {
        ("_T", "_T"): (2, 1000),
        ("_U", "_T"): (1, None),
        ("_T", "_U"): (1, None),
    }


def monitored(*rows: dict[str, Any]) -> SmallWarehouse:
    small = SmallWarehouse()
    usual = {
        "month": date(2026, 1, 1),
        "area_code": "A1a",
        "mechanism": "human_rights",
        "violation_type": "killing",
        "alleged_actor_type": "militia",
        "sex": "F",
        "age_group": "Y18T29",
    }
    small.add("rights_monitoring", [usual | row for row in rows])
    return small


def residents(small: SmallWarehouse, area: str, **persons: int) -> None:
    small.add(
        "population",
        [
            {
                "population_kind": "resident",
                "area_code": area,
                "reference_on": date(2026, 1, 1),
                "sex": sex,
                "persons": count,
            }
            for sex, count in persons.items()
        ],
    )


def test_deaths_and_injuries_are_per_residents_of_the_areas_with_a_figure() -> None:
    small = monitored(
        {"persons_killed": 2, "persons_injured": 3},
        {"persons_killed": 1, "sex": "M", "age_group": "_U"},
        {"persons_injured": 4, "area_code": "A1", "sex": "M", "age_group": "_U"},
        {"persons_killed": 100, "area_code": "A2"},  # no figure: leaves both parts
        {"persons_killed": 100, "mechanism": "mrm"},
    )
    residents(small, "A1a", F=6000, M=4000)
    residents(small, "A1b", _U=90000)
    found = by_people(small, "X-IM-03")
    assert found == {
        ("_T", "_T"): (10, 100000),
        ("F", "_T"): (5, 6000),
        ("M", "_T"): (5, 4000),
        ("_T", "_U"): (5, None),
    }
    values = small.compute("X-IM-03", as_of=date(2026, 3, 31))
    quarter = values[(values["period"] == "2026-Q1") & (values["area"] == "A1a")]
    by_actor = quarter[quarter["actor"] == "militia"]
    assert by_actor[["numerator", "denominator", "n"]].to_numpy().tolist() == [[6, 10000, 6]]
    assert by_actor["value"].item() == 60
