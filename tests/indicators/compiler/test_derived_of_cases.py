"""Derived columns of cases that wait: each edge that the definitions name, on single rows."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

import pytest

from indicators.compiler.derived.columns import cube_table_sql
from indicators.compiler.derived.functions import functions_sql
from indicators.definitions.contracts import contracts
from indicators.definitions.derivations import derivation_order
from tests.worlds.rows.warehouse import SmallWarehouse, small_mission

AS_OF = date(2026, 12, 31)
PLACED = {"area_code": "A1a"}


def derived(table: str, column: str, zone: str = "UTC", **row: Any) -> Any:
    """The derived column of one row whose columns not given are empty."""
    small = SmallWarehouse()
    known = {name: PLACED[name] for name in PLACED if name in contracts()[table].columns}
    small.add(table, [known | row])
    for statement in functions_sql(small_mission([], time_zone=zone), AS_OF.isoformat()):
        small.connection.execute(statement)
    for needed in derivation_order({table}):
        small.connection.execute(cube_table_sql(contracts()[needed]))
    found = small.connection.execute(f"SELECT {column} FROM cube.{table}").fetchone()
    assert found is not None
    return found[0]


@pytest.mark.parametrize(
    ("signed", "last_day"),
    [
        (date(2026, 1, 15), date(2026, 7, 15)),
        (date(2025, 8, 31), date(2026, 2, 28)),
        (date(2023, 8, 31), date(2024, 2, 29)),
        (date(2026, 2, 28), date(2026, 8, 28)),
    ],
)
def test_six_months_later_is_the_same_day_else_the_last_of_the_month(
    signed: date, last_day: date
) -> None:
    assert derived("local_agreements", "six_months_on", signed_on=signed) == last_day
    assert derived("justice_cases", "six_months_on", referred_on=signed) == last_day


@pytest.mark.parametrize(
    ("dates", "held"),
    [
        ({}, None),  # not followed up: outside the denominator
        ({"followed_up_on": date(2026, 2, 1)}, True),
        ({"followed_up_on": date(2027, 1, 1)}, None),  # after the as-of date
        ({"violent_breach_on": date(2026, 7, 15)}, False),  # on the last day, and a follow-up
        ({"violent_breach_on": date(2026, 7, 16)}, True),
        ({"followed_up_on": date(2026, 1, 14)}, None),  # before the signature
        ({"followed_up_on": date(2026, 2, 1), "violent_breach_on": date(2026, 1, 14)}, None),
    ],
)
def test_an_agreement_holds_without_a_violent_breach_up_to_the_last_day(
    dates: Mapping[str, Any], held: bool | None
) -> None:
    found = derived("local_agreements", "held_six_months", signed_on=date(2026, 1, 15), **dates)
    assert found is held


@pytest.mark.parametrize(
    ("dates", "in_time"),
    [
        ({}, False),
        ({"acted_on": date(2026, 3, 2)}, False),  # not verified
        ({"acted_on": date(2026, 3, 2), "verified_on": date(2026, 12, 31)}, True),  # day 60
        ({"acted_on": date(2026, 3, 3), "verified_on": date(2026, 12, 31)}, False),
        ({"acted_on": date(2026, 3, 2), "verified_on": date(2027, 1, 1)}, False),  # after as-of
        ({"acted_on": date(2025, 12, 31), "verified_on": date(2026, 3, 2)}, None),
        ({"acted_on": date(2026, 3, 2), "verified_on": date(2026, 3, 1)}, None),
    ],
)
def test_a_commitment_counts_where_acted_on_by_day_sixty_and_verified(
    dates: Mapping[str, Any], in_time: bool | None
) -> None:
    found = derived("commitments", "verified_in_time", made_on=date(2026, 1, 1), **dates)
    assert found is in_time


@pytest.mark.parametrize(
    ("received", "in_time"),
    [
        (None, False),
        (date(2026, 7, 15), True),
        (date(2026, 7, 16), False),
        (date(2026, 1, 14), None),
    ],
)
def test_a_case_reaches_a_prosecutor_by_the_last_day_of_six_months(
    received: date | None, in_time: bool | None
) -> None:
    row: dict[str, Any] = {"referred_on": date(2026, 1, 15), "prosecutor_received_on": received}
    assert derived("justice_cases", "received_in_time", **row) is in_time


@pytest.mark.parametrize(
    ("closed", "finding", "in_time"),
    [
        (None, True, False),
        (date(2026, 4, 1), True, True),  # day 90
        (date(2026, 4, 2), True, False),
        (date(2026, 4, 1), None, False),
        (date(2025, 12, 31), True, None),
    ],
)
def test_a_complaint_has_its_finding_by_day_ninety(
    closed: date | None, finding: bool | None, in_time: bool | None
) -> None:
    row: dict[str, Any] = {
        "received_on": date(2026, 1, 1),
        "closed_on": closed,
        "has_written_finding": finding,
    }
    assert derived("police_complaints", "found_in_time", **row) is in_time


@pytest.mark.parametrize(
    ("certified", "in_time"),
    [
        (None, False),
        (date(2019, 1, 1), True),  # before the deployment
        (date(2026, 1, 31), True),  # day 30
        (date(2026, 2, 1), False),
    ],
)
def test_a_certificate_is_in_time_up_to_day_thirty(certified: date | None, in_time: bool) -> None:
    row: dict[str, Any] = {"arrived_on": date(2026, 1, 1), "poc_certificate_on": certified}
    assert derived("un_personnel", "certified_in_time", unit_code="P1", **row) is in_time


@pytest.mark.parametrize(
    ("ended", "how", "in_time"),
    [
        (datetime(2026, 1, 12, 8), "handed_over", True),  # at the limit
        (datetime(2026, 1, 12, 8), "released", True),
        (datetime(2026, 1, 12, 8, 1), "released", False),
        (datetime(2026, 1, 11), "transferred", False),
        (datetime(2026, 1, 11), None, False),
        (datetime(2026, 1, 9), "released", None),  # an end before its start
        (None, None, None),
    ],
)
def test_a_detention_ends_in_time_by_handover_or_release_within_the_limit(
    ended: datetime | None, how: str | None, in_time: bool | None
) -> None:
    row: dict[str, Any] = {
        "started_at": datetime(2026, 1, 10, 8),
        "limit_hours": 48,
        "unit_code": "P1",
    }
    row |= {"ended_at": ended, "detention_end": how}
    assert derived("un_detentions", "handed_over_in_time", **row) is in_time


def test_a_detention_belongs_to_the_local_day_of_its_end() -> None:
    row: dict[str, Any] = {
        "started_at": datetime(2026, 1, 30),
        "ended_at": datetime(2026, 1, 31, 23),
    }
    on = [derived("un_detentions", "ended_on_local", zone, **row) for zone in ("UTC", "Asia/Tokyo")]
    assert on == [date(2026, 1, 31), date(2026, 2, 1)]


@pytest.mark.parametrize(
    ("observed", "inside"),
    [
        (date(2026, 4, 14), False),
        (date(2026, 4, 15), True),
        (date(2026, 7, 15), True),
        (date(2026, 7, 16), False),
        (None, None),
    ],
)
def test_an_observation_counts_from_three_to_six_months(
    observed: date | None, inside: bool | None
) -> None:
    row: dict[str, Any] = {"completed_on": date(2026, 1, 15), "observed_on": observed}
    assert derived("training", "observed_in_window", **row) is inside


@pytest.mark.parametrize(
    ("observed", "days"),
    [(date(2026, 1, 1), 14), (date(2026, 1, 15), 0), (date(2026, 1, 16), None)],
)
def test_days_to_referral_are_none_before_their_start(observed: date, days: int | None) -> None:
    row: dict[str, Any] = {
        "observed_on": observed,
        "referred_on": date(2026, 1, 15),
        "unit_code": "P1",
    }
    assert derived("referrals", "days_to_referral", **row) == days
    assert derived("referrals", "component", **row) == "police"
