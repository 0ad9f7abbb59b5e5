"""Which incidents the review rule of 2023.05 §87 covers, and which reviews are in time (41–43)."""

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import Any

import pytest

from tests.worlds.rows.warehouse import SmallWarehouse

NOON = datetime(2026, 1, 10, 12)
INCIDENT = {"occurred_on": NOON.date(), "occurred_at": NOON}
# High: 24 hours, which need not be over.
OPEN = {"received_at": datetime(2026, 1, 10, 8), "confirmed_at": datetime(2026, 1, 10, 9)}


@pytest.mark.parametrize(
    ("alert", "incident", "known"),
    [
        ({}, {}, True),
        ({"confirmed_at": None}, {}, False),
        ({"merged_into": "x"}, {}, False),
        ({"action_needed": False}, {}, False),
        ({"closed_at": datetime(2026, 1, 10, 12)}, {}, False),
        ({"closed_at": datetime(2026, 1, 10, 12, 1)}, {}, True),
        ({"first_action_at": datetime(2026, 1, 10, 11)}, {}, False),
        ({"first_action_at": datetime(2026, 1, 10, 13)}, {}, True),
        ({"received_at": NOON, "confirmed_at": NOON}, {}, False),  # at that time, not before it
        ({"confirmed_at": NOON}, {}, True),  # confirmed by that time
        ({"confirmed_at": NOON + timedelta(seconds=1)}, {}, False),  # confirmed afterwards
        ({}, {"occurred_at": None}, False),  # local midnight of its day
        (
            {"received_at": datetime(2026, 1, 9, 23), "confirmed_at": datetime(2026, 1, 9, 23)},
            {"occurred_at": None},
            True,
        ),
        ({"area_code": "C"}, {}, True),  # above
        ({"area_code": "A1a"}, {"area_code": "A1"}, True),  # below
        ({"area_code": "A1b"}, {}, False),
        ({"area_code": "A1b"}, {"location_precision": "admin1"}, True),
    ],
)
def test_a_threat_is_known_where_a_confirmed_alert_was_open_without_action(
    alert: Mapping[str, Any], incident: Mapping[str, Any], known: bool
) -> None:
    small = SmallWarehouse()
    small.add("alerts", [OPEN | {"level": "high"} | alert])
    small.add("incidents", [INCIDENT | incident])
    assert small.derived("incidents", "known_threat") == [known]


def test_the_longest_open_of_the_alerts_decides() -> None:
    small = SmallWarehouse()
    answered = {
        "received_at": datetime(2026, 1, 10, 9),
        "first_action_at": datetime(2026, 1, 10, 11),
    }
    small.add("alerts", [OPEN, OPEN | answered])
    small.add("incidents", [INCIDENT])
    assert small.derived("incidents", "known_threat") == [True]


def test_midnight_is_that_of_the_missions_clock() -> None:
    small = SmallWarehouse()
    small.add("alerts", [dict.fromkeys(OPEN, datetime(2026, 1, 9, 23))])
    small.add("incidents", [INCIDENT | {"occurred_at": None}])
    assert small.derived("incidents", "known_threat") == [True]
    assert small.derived("incidents", "known_threat", time_zone="Africa/Juba") == [
        False
    ]  # midnight is 22:00


@pytest.mark.parametrize(
    ("incident", "required"),
    [
        ({}, True),
        ({"latitude": "0.1"}, False),  # 11 km
        ({"latitude": None, "longitude": None}, False),
        ({"latitude": None, "longitude": None, "near_base": True}, True),  # a person decided
        ({"near_base": False}, False),
        ({"location_precision": "near"}, True),
        ({"location_precision": "admin2"}, False),
        ({"location_precision": "admin2", "near_base": True}, True),
        ({"occurred_on": date(2025, 12, 31)}, False),  # the base was not there yet
        ({"incident_type": "looting"}, False),
        ({"incident_type": "looting", "deaths_civilian": 1}, True),
        ({"against_civilians": False}, False),
        ({"against_civilians": False, "injured_civilian": 2}, True),
    ],
)
def test_physical_violence_near_a_base_asks_for_a_review(
    incident: Mapping[str, Any], required: bool
) -> None:
    small = SmallWarehouse()
    base = {"latitude": 0, "longitude": 0, "from_on": date(2026, 1, 1), "component": "military"}
    small.add("deployments", [base])
    small.add("incidents", [INCIDENT | {"latitude": "0.04", "longitude": 0} | incident])
    assert small.derived("incidents", "review_required") == [required]
    farther = small.derived("incidents", "review_required", parameters={"near_base_km": 4})
    assert farther == [incident.get("near_base", False)]  # 4.4 km


@pytest.mark.parametrize(
    ("incident", "near", "undecided"),
    [
        ({}, True, False),
        ({"latitude": "1"}, False, False),
        ({"latitude": None, "longitude": None}, None, True),
        ({"location_precision": "admin2"}, None, True),
        ({"occurred_on": date(2026, 6, 1), "occurred_at": None}, None, True),  # after the list
        ({"latitude": None, "longitude": None, "incident_type": "looting"}, None, False),
        ({"latitude": None, "longitude": None, "near_base": False}, False, False),
    ],
)
def test_a_place_that_leaves_it_open_is_undecided_until_a_person_decides(
    incident: Mapping[str, Any], near: bool | None, undecided: bool
) -> None:
    small = SmallWarehouse()
    days = {"from_on": date(2026, 1, 1), "to_on": date(2026, 5, 31)}
    small.add("deployments", [{"latitude": 0, "longitude": 0, **days}])
    small.add("incidents", [INCIDENT | {"latitude": "0.04", "longitude": 0} | incident])
    assert small.derived("incidents", "is_near_base") == [near]
    assert small.derived("incidents", "review_undecided") == [undecided]


@pytest.mark.parametrize(
    ("closed", "reviews", "expected"),
    [
        (date(2026, 1, 20), [date(2026, 3, 21)], {"2026-03": 100}),  # day 60
        (date(2026, 1, 20), [date(2026, 3, 22)], {"2026-03": 0}),
        (date(2026, 1, 20), [date(2026, 5, 1), date(2026, 2, 1)], {"2026-03": 100}),
        (date(2026, 1, 20), [None], {"2026-03": 0}),
        (date(2026, 1, 20), [], {"2026-03": 0}),
        (None, [date(2026, 2, 1)], {}),  # still open
        (date(2026, 1, 9), [], {}),  # closed before it happened
    ],
)
def test_a_review_is_in_time_up_to_day_sixty_after_closing(
    closed: date | None, reviews: list[date | None], expected: Mapping[str, float]
) -> None:
    small = SmallWarehouse()
    small.add("alerts", [OPEN])
    small.add("incidents", [INCIDENT | {"incident_code": "i", "closed_on": closed}])
    small.add(
        "after_action_reviews",
        [
            {
                "review_code": str(number),
                "incident_code": "i",
                "review_kind": "inquiry",
                "trigger": "known_threat",
                "completed_on": completed,
            }
            for number, completed in enumerate(reviews)
        ],
    )
    assert small.totals("P2-OP-15", "M", as_of=date(2026, 6, 30)) == expected
