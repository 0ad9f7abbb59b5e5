"""Protection gaps of a small mission: what is ranked, what is not, and why."""

import json
import math
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from typing import Any

import numpy as np
import pandas as pd
import pytest

from indicators.definitions.catalogue import load_catalogue
from indicators.engine.refresh import compute
from indicators.foundation.messages import LANGUAGES
from indicators.foundation.numbers.statistics import count_limits
from indicators.linkage.protection_gaps.reach import reach
from indicators.linkage.protection_gaps.table import protection_gaps
from tests.worlds.rows.warehouse import SmallWarehouse, returned, small_mission

AS_OF = date(2026, 10, 15)
STARTS = date(2025, 1, 1)
MONTHS = [date(2025 + at // 12, at % 12 + 1, 1) for at in range(21)]  # to September 2026


def incidents(area: str, per_month: int, **row: Any) -> Iterator[dict[str, Any]]:
    for month in MONTHS:
        for day in range(per_month):
            yield {"occurred_on": month + timedelta(days=day), "area_code": area, **row}


def patrol(area: str, on: date, unit: str = "P1", **row: Any) -> dict[str, Any]:
    started = datetime(on.year, on.month, on.day, 8)
    return {
        "area_code": area,
        "started_at": started,
        "ended_at": started + timedelta(hours=5),
        "unit_code": unit,
        "personnel_count": 10,
        **row,
    }


class Gaps:
    """What `protection_gaps` leaves of a warehouse: rows by (area, component)."""

    def __init__(self, warehouse: SmallWarehouse, *codes: str, **profile: Any) -> None:
        mission = small_mission(codes or ("P2-OC-08",), starts_on=STARTS, **profile)
        connection = warehouse.connection
        compute(connection, mission, load_catalogue(), AS_OF)
        protection_gaps(connection, mission, AS_OF)
        protection_gaps(connection, mission, AS_OF)  # again: the same rows, once
        frame = connection.execute("FROM mart.protection_gap").df()
        assert not frame.duplicated(["area", "component"]).any()
        self.scores = connection.execute("FROM mart.forecast_score").df()
        self.rows = {(row["area"], row["component"]): row for row in frame.to_dict("records")}

    def __call__(self, area: str, component: str) -> dict[str, Any]:
        return self.rows[(area, component)]


@pytest.fixture
def warehouse() -> SmallWarehouse:
    made = SmallWarehouse()
    made.add("incidents", [*incidents("A1a", 6), *incidents("A1b", 1)])
    made.add("activities", [patrol("A1a", date(2026, 9, 1)), patrol("A1b", date(2026, 10, 10))])
    return made


def test_the_area_with_more_risk_and_older_patrols_comes_first(warehouse: SmallWarehouse) -> None:
    found = Gaps(warehouse)
    first, second = found("A1a", "gap"), found("A1b", "gap")
    assert (first["value"], second["value"]) == (1, 2)
    assert (first["rank_low"], first["rank_high"]) == (1, 1)


def test_reasons_stand_in_both_languages_and_without_open_places(
    warehouse: SmallWarehouse,
) -> None:
    for row in Gaps(warehouse).rows.values():
        for language in LANGUAGES:
            assert row[f"reason_{language}"]
            assert "{" not in row[f"reason_{language}"]
            assert "nan" not in row[f"reason_{language}"].split()


def test_only_areas_of_the_finest_level_with_two_are_ranked(warehouse: SmallWarehouse) -> None:
    found = Gaps(warehouse)
    assert {area for area, component in found.rows if component == "gap"} == {"A1a", "A1b"}


def test_days_count_to_the_last_day_of_the_last_month(warehouse: SmallWarehouse) -> None:
    found = Gaps(warehouse)
    row = found("A1a", "days_since_patrol_police")
    assert (row["value"], row["ci_low"], row["ci_high"]) == (29, 29, 44)
    assert "2026-09-30" in row["reason_en"] and "2026-09-30" in row["reason_fr"]
    assert pd.Timestamp(row["counted_to"]).date() == date(2026, 9, 30) and not row["at_least"]
    later = found("A1b", "days_since_patrol_police")
    assert (later["value"], later["ci_high"]) == (0, 5)


@pytest.mark.parametrize(
    ("returns", "days", "said"),
    [
        ({8: "submitted", 9: "not_submitted"}, 0, "2026-08-31"),
        ({7: "submitted", 8: "no_access", 9: "not_submitted"}, 0, "At least: "),
        ({9: "not_submitted"}, None, "Not known: no month"),
        ({8: "not_submitted", 9: "submitted"}, 29, "2026-09-30"),
    ],
)
def test_days_count_to_the_last_day_that_all_reports_of_the_area_cover(
    warehouse: SmallWarehouse, returns: dict[int, str], days: float | None, said: str
) -> None:
    warehouse.add("reporting_returns", returned(returns))
    row = Gaps(warehouse)("A1a", "days_since_patrol_police")
    assert said in row["reason_en"]
    assert pd.isna(row["at_least"]) if days is None else row["at_least"] == ("At least" in said)
    assert pd.isna(row["counted_to"]) or days is not None
    assert np.isnan(row["value"]) if days is None else (row["value"], row["ci_high"]) == (days, 44)


def test_police_stand_beside_military(warehouse: SmallWarehouse) -> None:
    warehouse.add("activities", [patrol("A1a", date(2026, 10, 14), "M1", activity_code="m")])
    found = Gaps(warehouse)
    assert found("A1a", "days_since_patrol_military")["value"] == 0
    assert found("A1a", "days_since_patrol_police")["value"] == 29
    assert np.isnan(found("A1b", "days_since_patrol_military")["value"])
    # by the military alone the other area waits longer; by the police alone it does not
    assert found("A1b", "gap_military")["rank_low"] <= found("A1b", "gap_police")["rank_low"]


def test_an_aborted_patrol_is_no_presence(warehouse: SmallWarehouse) -> None:
    aborted = patrol("A1a", date(2026, 10, 14), activity_code="m", status="aborted")
    warehouse.add("activities", [aborted])
    assert Gaps(warehouse)("A1a", "days_since_patrol_police")["value"] == 29


def test_no_access_is_not_ranked_and_not_calm(warehouse: SmallWarehouse) -> None:
    for source in ("incidents", "activities"):
        warehouse.add(
            "reporting_returns",
            [
                *returned(dict.fromkeys(range(1, 10), "submitted"), source=source),
                *returned({9: "no_access"}, source=source, area_code="A1b"),
            ],
        )
    row = Gaps(warehouse)("A1b", "gap")
    assert np.isnan(row["value"]) and "no access" in row["reason_en"]
    assert "Situation unknown" in row["reason_en"]


def test_three_months_without_a_return_are_not_three_calm_months() -> None:
    made = SmallWarehouse()
    made.add("incidents", incidents("A1a", 2))
    rows = [*returned(dict.fromkeys(range(1, 10), "submitted"), source="incidents")]
    rows += returned(
        {month: "not_submitted" if month > 6 else "nil" for month in range(1, 10)},
        source="incidents",
        area_code="A1b",
    )
    made.add("reporting_returns", rows)
    found = Gaps(made)
    assert np.isnan(found("A1b", "gap")["value"])
    assert "no report on incidents" in found("A1b", "gap")["reason_en"]
    assert np.isnan(found("A1b", "risk_recent")["value"])


def test_a_return_of_the_running_month_came_early_and_changes_nothing() -> None:
    found = []
    for months in (range(1, 10), range(1, 11)):
        made = SmallWarehouse()
        made.add("incidents", [*incidents("A1a", 6), *incidents("A1b", 1)])
        rows = returned(dict.fromkeys(months, "submitted"), source="incidents")
        made.add("reporting_returns", rows)
        found.append(Gaps(made).rows)
    assert found[0].keys() == found[1].keys()
    assert all(str(found[0][key]) == str(found[1][key]) for key in found[0])


def test_without_a_calendar_a_record_ends_with_its_newest_month() -> None:
    """Files to the end of August: nothing is known of September, neither calm nor no patrol."""
    made = SmallWarehouse()
    known = [row for row in incidents("A1a", 6) if row["occurred_on"] < date(2026, 9, 1)]
    made.add("incidents", [*known, {"area_code": "A1b", "occurred_on": date(2026, 8, 3)}])
    made.add("activities", [patrol("A1a", date(2026, 8, 21)), patrol("A1b", date(2026, 8, 1))])
    found = Gaps(made)
    recent = found("A1a", "risk_recent")
    assert recent["value"] == 6 and "2 of the last 3 months" in recent["reason_en"]
    row = found("A1a", "days_since_patrol_police")
    assert (row["value"], row["ci_high"]) == (10, 55) and "2026-08-31" in row["reason_en"]
    made = SmallWarehouse()
    made.add("incidents", [row for row in known if row["occurred_on"] < date(2026, 7, 1)])
    assert "no report on incidents" in Gaps(made)("A1a", "gap")["reason_en"]


def test_few_recent_incidents_are_told_like_many(warehouse: SmallWarehouse) -> None:
    found = Gaps(warehouse)
    assert found("A1b", "risk_recent")["value"] == 1  # three in three months
    assert found("A1a", "risk_recent")["value"] == 6


def test_what_happened_lately_is_no_surer_than_independent_incidents(
    warehouse: SmallWarehouse,
) -> None:
    recent = Gaps(warehouse)("A1a", "risk_recent")
    low, high = count_limits(np.array(18.0))
    assert recent["ci_low"] <= low / 3 and recent["ci_high"] >= high / 3


def test_coarse_dates_and_other_incidents_do_not_count() -> None:
    made = SmallWarehouse()
    made.add("incidents", incidents("A1a", 6, date_precision="year"))
    made.add("incidents", incidents("A1b", 6, against_civilians=False, verification="verified"))
    found = Gaps(made)
    assert "no incident against civilians is dated" in found("A1a", "gap")["reason_en"]
    assert np.isnan(found("A1a", "risk_recent")["value"])  # not a zero


def test_without_a_patrol_log_presence_is_not_known_and_does_not_count() -> None:
    made = SmallWarehouse()
    made.add("incidents", [*incidents("A1a", 6), *incidents("A1b", 1)])
    found = Gaps(made)
    assert np.isnan(found("A1a", "days_since_patrol_police")["value"])
    assert found("A1a", "gap")["value"] == 1
    assert "no patrol log" in found("A1a", "gap")["reason_en"]


def _square(west: float) -> str:
    """A degree about the parallel of 1°, from this meridian on."""
    ring = [[west, 0.5], [west + 1, 0.5], [west + 1, 1.5], [west, 1.5], [west, 0.5]]
    return json.dumps({"type": "Polygon", "coordinates": [ring]})


def _with_base() -> SmallWarehouse:
    """A base of the police at 1° N 1° E, two areas with residents."""
    made = SmallWarehouse()
    made.add("incidents", incidents("A1a", 1))
    made.add("deployments", [{"from_on": STARTS, "latitude": 1.0, "longitude": 1.0}])
    people = {"reference_on": STARTS, "population_kind": "resident", "persons": 1000}
    made.add("population", [{**people, "area_code": area} for area in ("A1a", "A1b")])
    return made


def test_territory_within_reach_where_no_places_hold_the_residents() -> None:
    made = _with_base()
    Gaps(made)
    for area, west in (("A1a", 0.5), ("A1b", 1.5)):
        made.connection.execute(
            "UPDATE mart.area SET geometry = ? WHERE area_code = ?", [_square(west), area]
        )
    near, wide = (
        reach(made.connection, AS_OF, km).set_index("area")["percent"].to_dict() for km in (30, 90)
    )
    assert near["A1a"] == pytest.approx(100 * math.pi * 30**2 / 111.195**2, abs=0.3)
    assert near["A1b"] == 0
    assert wide["A1a"] == pytest.approx(100, abs=0.1)
    assert 20 < wide["A1b"] < 50


@pytest.mark.parametrize(
    ("persons", "longitude", "value"), [(600, 1.1, 100), (600, 1.5, 0), (400, 1.1, None)]
)
def test_places_speak_for_an_area_where_they_hold_half_of_its_residents(
    persons: int, longitude: float, value: float | None
) -> None:
    made = _with_base()
    people = {"reference_on": STARTS, "population_kind": "site", "persons": persons}
    made.add("population", [{**people, "area_code": "S1"}])
    made.connection.execute(
        "UPDATE core.areas SET latitude = 1, longitude = ? WHERE area_code = 'S1'", [longitude]
    )
    row = Gaps(made)("A1a", "within_reach_police")
    assert np.isnan(row["value"]) if value is None else row["value"] == value


def test_what_a_patrol_costs_is_a_median_with_the_interval_of_order_statistics() -> None:
    made = SmallWarehouse()
    made.add("incidents", incidents("A1a", 1))
    people = [4, 6, 8, 10, 12, 30]
    made.add(
        "activities",
        [
            patrol("A1a", date(2026, 9, 1 + at), personnel_count=count, distance_km=count)
            for at, count in enumerate(people)
        ],
    )
    row = Gaps(made)("A1a", "patrol_person_days_police")
    assert (row["value"], row["ci_low"], row["ci_high"]) == (9, 4, 30)  # of six: least and most
    assert "6 completed patrols" in row["reason_en"]
    nights = Gaps(made)("A1a", "patrol_nights_police")
    assert np.isnan(nights["value"]) and "needs 6" in nights["reason_en"]


def test_a_patrol_day_says_what_lies_in_the_fortnight_after_and_how_long_patrols_are_out() -> None:
    made = SmallWarehouse()
    made.add("incidents", incidents("A1a", 3))
    assert "is not known" in Gaps(made)("A1a", "patrol_day")["reason_en"]
    hours = [2, 4, 5, 7, 8, 9]
    made.add(
        "activities",
        [
            patrol("A1a", date(2026, 9, 1 + at), ended_at=datetime(2026, 9, 1 + at, 8 + out))
            for at, out in enumerate(hours)
        ],
    )
    found = Gaps(made)
    row, month = found("A1a", "patrol_day"), found("A1a", "risk_forecast")
    if np.isnan(month["value"]):
        month = found("A1a", "risk_recent")
    assert row["value"] == pytest.approx(month["value"] * 14 / (365.25 / 12), rel=0.25)
    assert "6 hours" in row["reason_en"] and "6 heures" in row["reason_fr"], "median of six"


def test_no_row_names_a_unit(warehouse: SmallWarehouse) -> None:
    for row in Gaps(warehouse).rows.values():
        assert not {"P1", "P2", "M1"} & set(row["reason_en"].replace(",", " ").split())


def test_a_mission_of_one_area_has_no_rows() -> None:
    made = SmallWarehouse()
    made.connection.execute("DELETE FROM core.areas WHERE area_level LIKE 'admin%'")
    assert not Gaps(made).rows


def test_a_forecast_that_cannot_be_compared_says_so_and_has_no_figure() -> None:
    """Incidents in the first month and the last: repeating the last month is wrong once."""
    small = SmallWarehouse()
    days = [*[STARTS] * 6, MONTHS[-1]]
    small.add("incidents", [{"area_code": "A1a", "occurred_on": day} for day in days])
    row = Gaps(small)("C", "forecast_skill")
    assert all(np.isnan(row[name]) for name in ("value", "ci_low", "ci_high"))
    assert "wrong in one month at most" in row["reason_en"]
    assert "ne peut dire" in row["reason_fr"]


def test_each_way_of_telling_risk_is_scored_by_month_and_one_is_shown(
    warehouse: SmallWarehouse,
) -> None:
    """Six and one incidents in every month: nothing beats the same again."""
    scores = Gaps(warehouse).scores
    assert set(scores["method"]) == {"forecast", "last_month", "three_year_mean"}
    assert set(scores["period"]) == {f"2026-{month:02}" for month in range(3, 10)}
    assert scores["hits"].isna().all(), "of two areas there are no five"
    assert set(scores.loc[scores["is_shown"], "method"]) == {"last_month"}
    row = Gaps(warehouse)("A1a", "risk_forecast")
    assert row["value"] == 6.5 and "last month" in row["reason_en"]
