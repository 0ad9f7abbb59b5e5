"""Derived columns: each form on a few rows, with the edges that the definitions name."""

from datetime import date, datetime
from typing import Any

import pytest

from indicators.definitions.contracts import contracts
from indicators.definitions.derivations import derivation_order, needed_derived
from tests.worlds.rows.warehouse import SmallWarehouse

DAY = datetime(2026, 1, 10)


def derived(small: SmallWarehouse, table: str, column: str, zone: str = "UTC") -> list[Any]:
    """The column of `cube.<table>` by the clock of a zone."""
    return small.derived(table, column, time_zone=zone)


@pytest.mark.parametrize(
    ("begun", "ended", "expected"),
    [
        (datetime(2026, 1, 10, 12), datetime(2026, 1, 11, 0), "night"),  # exactly half
        (datetime(2026, 1, 10, 11), datetime(2026, 1, 10, 23), "day"),  # five hours of twelve
        (datetime(2026, 1, 10, 18), datetime(2026, 1, 10, 18), "night"),
        (datetime(2026, 1, 10, 6), datetime(2026, 1, 10, 6), "day"),
        (datetime(2026, 1, 10, 5, 59), datetime(2026, 1, 10, 6), "night"),
        (datetime(2026, 1, 10, 0), datetime(2026, 1, 12, 0), "night"),  # whole days: half
        (datetime(2026, 1, 10, 0), datetime(2026, 1, 9, 0), None),  # an end before its start
        (datetime(2026, 1, 10, 0), None, None),
    ],
)
def test_night_is_at_least_half_of_the_time(
    begun: datetime, ended: datetime | None, expected: str | None
) -> None:
    small = SmallWarehouse()
    small.add("activities", [{"started_at": begun, "ended_at": ended}])
    assert derived(small, "activities", "time_of_day") == [expected]


def test_night_is_told_by_the_clock_of_the_mission() -> None:
    small = SmallWarehouse()
    row = {"started_at": datetime(2026, 1, 10, 16), "ended_at": datetime(2026, 1, 10, 17)}
    small.add("activities", [row])
    assert derived(small, "activities", "time_of_day", "UTC") == ["day"]
    assert derived(small, "activities", "time_of_day", "Africa/Juba") == ["night"]


def test_a_begun_day_is_a_whole_person_day() -> None:
    small = SmallWarehouse()
    ends = [None, datetime(2026, 1, 11), datetime(2026, 1, 11, 0, 1), DAY, datetime(2026, 1, 9)]
    small.add(
        "activities", [{"started_at": DAY, "ended_at": e, "personnel_count": 4} for e in ends]
    )
    assert derived(small, "activities", "person_days") == [4, 4, 8, 4, None]


def test_components_without_the_humanitarian_ones() -> None:
    small = SmallWarehouse()
    partners = [None, [], ["humanitarian"], ["military", "justice"], ["military", "humanitarian"]]
    small.add("activities", [{"partner_components": entry} for entry in partners])
    assert derived(small, "activities", "component_count") == [1, 1, 1, 3, 2]
    assert derived(small, "activities", "is_integrated") == [None, False, False, True, False]


def test_a_unit_is_what_it_was_on_the_day_and_keeps_its_last_version() -> None:
    small = SmallWarehouse()
    small.add(
        "units",
        [
            {
                "unit_code": "P1",
                "unit_name": "P1",
                "component": "police",
                "unit_type": "SPT",
                "valid_from": date(2026, 2, 1),
                "valid_to": date(2026, 2, 28),
            }
        ],
    )
    starts = [
        datetime(2019, 1, 1),
        datetime(2026, 1, 31),
        datetime(2026, 2, 1),
        datetime(2026, 9, 1),
    ]
    small.add("activities", [{"started_at": start} for start in starts])
    assert derived(small, "activities", "unit_type") == [None, "FPU", "SPT", "SPT"]


def test_target_hours_are_the_profiles() -> None:
    small = SmallWarehouse()
    acted = [datetime(2026, 1, 11), datetime(2026, 1, 11, 0, 1), None, datetime(2026, 1, 9)]
    small.add("alerts", [{"received_at": DAY, "first_action_at": moment} for moment in acted])
    assert derived(small, "alerts", "answered_in_time") == [True, False, False, None]
    hours = {"target_hours": {"high": 25, "medium": 48, "low": 72}}
    found = small.derived("alerts", "answered_in_time", parameters=hours)
    assert found == [True, True, False, None]


@pytest.mark.parametrize(
    ("incident", "expected"),
    [
        ({}, True),
        ({"area_code": "S1"}, True),  # below the alert's area
        ({"area_code": "A1"}, False),  # above it
        ({"area_code": "A1b"}, False),
        ({"area_code": "A1a", "location_precision": "admin1"}, False),  # known for A1 only
        ({"occurred_on": date(2026, 1, 24)}, True),
        ({"occurred_on": date(2026, 1, 25)}, False),
        ({"occurred_on": date(2026, 1, 9)}, False),
        ({"against_civilians": False}, False),
        ({"date_precision": "week"}, False),
    ],
)
def test_violence_followed_in_the_area_or_below_it(
    incident: dict[str, Any], expected: bool
) -> None:
    small = SmallWarehouse()
    small.add("alerts", [{"received_at": DAY, "first_action_at": DAY}])
    small.add("incidents", [{"occurred_on": DAY.date(), **incident}])
    assert derived(small, "alerts", "violence_within_14_days") == [expected]


@pytest.mark.parametrize(
    ("first_incident", "expected"),
    [(None, None), (date(2026, 2, 1), None), (date(2026, 1, 31), False), (date(2025, 3, 1), False)],
)
def test_what_followed_is_known_from_the_month_of_the_first_incident(
    first_incident: date | None, expected: bool | None
) -> None:
    """Elsewhere too, and of any kind: that the record had begun is what counts."""
    small = SmallWarehouse()
    small.add("alerts", [{"received_at": DAY, "first_action_at": DAY}])
    if first_incident:
        elsewhere = {"area_code": "A1", "against_civilians": False}
        small.add("incidents", [{"occurred_on": first_incident, **elsewhere}])
    assert derived(small, "alerts", "violence_within_14_days") == [expected]


def test_an_incident_knows_the_sexes_of_its_victims() -> None:
    small = SmallWarehouse()
    small.add("incidents", [{}, {}])
    small.add(
        "incident_victims",
        [
            {
                "incident_code": "incidents0",
                "sex": sex,
                "age_group": "_U",
                "harm": harm,
                "victims_count": 3,
            }
            for sex, harm in [("M", "killed"), ("F", "killed"), ("F", "injured")]
        ],
    )
    assert derived(small, "incidents", "victim_sexes") == [["F", "M"], None]


def test_nearest_is_the_great_circle_to_what_is_in_force() -> None:
    small = SmallWarehouse()
    small.add(
        "deployments",
        [
            {"latitude": 1, "longitude": 0, "from_on": date(2026, 1, 1)},
            {"latitude": 0, "longitude": 0, "from_on": date(2026, 1, 1), "to_on": date(2026, 1, 9)},
        ],
    )
    place = {"latitude": 0, "longitude": 0}
    days = [date(2026, 1, 9), date(2026, 1, 10), date(2025, 1, 1)]
    small.add("incidents", [{"occurred_on": day, **place} for day in days])
    found = small.derived("incidents", "round(km_to_nearest_base, 3)")
    assert found == [0.0, 111.195, None]  # a degree on a sphere of 6371.0088 km


def test_tables_come_after_those_that_they_look_at() -> None:
    order = derivation_order({"incidents", "registers"})
    assert order.index("alerts") < order.index("incidents")
    assert order.index("activities") < order.index("registers")


def test_what_the_core_table_has_is_read_there() -> None:
    assert derivation_order({"alerts"}) == ["alerts"]  # it looks at incidents, they at alerts


def test_only_what_an_indicator_needs_is_shown() -> None:
    needed = needed_derived(contracts()["alerts"], {"due_on_local", "level"})
    assert needed == {"due_on_local", "due_at", "target_hours"}


PATROL = {"activity_type": "patrol", "started_at": datetime(2026, 1, 10, 8)}


@pytest.mark.parametrize(
    ("hot_spot", "expected"),
    [
        ({}, True),
        ({"valid_to": date(2026, 1, 10)}, True),  # the last valid day
        ({"valid_to": date(2026, 1, 9)}, False),
        ({"valid_from": date(2026, 1, 10)}, True),
        ({"valid_from": date(2026, 1, 11)}, False),
        ({"hot_spot_code": "other"}, False),
    ],
)
def test_a_hot_spot_is_current_while_valid_on_the_local_day(
    hot_spot: dict[str, Any], expected: bool
) -> None:
    small = SmallWarehouse()
    usual = {"area_code": "A1b", "threat_type": "other", "valid_from": date(2026, 1, 1)}
    small.add("hot_spots", [{"hot_spot_code": "h"} | usual | hot_spot])
    small.add("activities", [PATROL | {"hot_spot_code": "h"}, PATROL])
    assert derived(small, "activities", "hot_spot_current") == [expected, False]


@pytest.mark.parametrize(
    ("alert", "expected"),
    [
        ({}, True),
        ({"received_at": datetime(2026, 1, 10, 9)}, False),
        ({"closed_at": datetime(2026, 1, 10, 8)}, False),
        ({"closed_at": datetime(2026, 1, 10, 8, 1)}, True),
    ],
)
def test_an_alert_is_current_between_receipt_and_closing(
    alert: dict[str, Any], expected: bool
) -> None:
    small = SmallWarehouse()
    small.add("alerts", [{"alert_code": "a", "received_at": datetime(2026, 1, 10, 7)} | alert])
    small.add("activities", [PATROL | {"alert_code": "a", "tasking": "routine"}])
    assert derived(small, "activities", "hot_spot_current") == [expected]


def test_an_agreed_route_is_that_of_the_local_day() -> None:
    small = SmallWarehouse()
    agreed = {"route_code": "r", "area_code": "A1a", "agreed_on": date(2026, 1, 11)}
    small.add("route_days", [agreed | {"route_type": "market"}])
    starts = [datetime(2026, 1, 10, 23), datetime(2026, 1, 11, 8)]
    small.add("activities", [PATROL | {"route_code": "r", "started_at": start} for start in starts])
    assert derived(small, "activities", "agreed_route_type") == [None, "market"]
    assert derived(small, "activities", "on_agreed_route_day") == [False, True]
    assert derived(small, "activities", "agreed_route_type", "Africa/Juba") == ["market"] * 2


def test_an_assessment_counts_from_the_day_before_the_start() -> None:
    small = SmallWarehouse()
    small.add(
        "hrddp_assessments",
        [
            {
                "assessment_code": code,
                "host_state_actor": "police",
                "support_type": "training",
                "completed_on": date(2026, 1, day),
            }
            for code, day in [("before", 9), ("same", 10)]
        ],
    )
    codes = ["before", "same", None, "unknown"]
    small.add("activities", [PATROL | {"hrddp_assessment_code": code} for code in codes])
    assert derived(small, "activities", "hrddp_before_start") == [True, False, False, False]
