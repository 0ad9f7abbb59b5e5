"""Ratings and trends are made again of what changed alone, and are those of a whole run."""

from datetime import date, datetime, timedelta
from typing import Any

import pytest

from indicators.assessment.rating import rate
from indicators.assessment.standing import METHOD, rate_and_test
from indicators.assessment.trend import trends
from indicators.definitions.mission_profile import Mission
from indicators.incremental.result_cache import tally
from tests.worlds.rows.warehouse import SmallWarehouse, small_mission

PATROLS, ALERTS = "P2-OP-01", "P1-OC-02"
AS_OF = date(2026, 8, 31)
HELD_AGAINST = {
    "baseline": {"value": 4, "on": date(2026, 1, 1)},
    "target": {"value": 30, "on": date(2026, 9, 30)},
}
PROFILE = {
    "indicators": [{"code": code, **HELD_AGAINST} for code in (PATROLS, ALERTS)],
    "starts_on": date(2024, 1, 1),
    "period_types": ("M", "Q"),
}


def mission(**changes: Any) -> Mission:
    return small_mission([PATROLS, ALERTS], **PROFILE, **changes)


@pytest.fixture
def small() -> SmallWarehouse:
    """Near three years of patrols and alerts, judged once."""
    warehouse = SmallWarehouse()
    days = [datetime(2024, 1, 1, 8) + timedelta(days=day) for day in range(970)]
    warehouse.add("activities", [{"started_at": day} for day in days])
    alerts = [{"alert_code": f"L{at}", "received_at": day} for at, day in enumerate(days[::9])]
    warehouse.add("alerts", alerts)
    warehouse.add(
        "reporting_returns", [{"month": date(2024 + at // 12, at % 12 + 1, 1)} for at in range(32)]
    )
    refreshed(warehouse)
    return warehouse


def refreshed(small: SmallWarehouse, **changes: Any) -> tuple[str, ...]:
    """Computes and judges; gives the indicators that were judged anew."""
    small.compute(PATROLS, ALERTS, as_of=AS_OF, **PROFILE, **changes)
    rate_and_test(small.connection, mission(**changes))
    return tally(small.connection, mission().mission, METHOD).computed


def rows(small: SmallWarehouse) -> list[tuple[Any, ...]]:
    return small.connection.execute("SELECT * FROM mart.indicator_value ORDER BY ALL").fetchall()


def assert_as_of_a_whole_run(small: SmallWarehouse, **changes: Any) -> None:
    found = rows(small)
    rate(small.connection, mission(**changes))
    trends(small.connection, mission(**changes))
    assert rows(small) == found
    said = "SELECT count(rating) > 0, count(trend) > 0 FROM mart.indicator_value"
    assert small.connection.execute(said).fetchall() == [(True, True)]


def test_nothing_changed_nothing_is_judged(small: SmallWarehouse) -> None:
    found = rows(small)
    assert refreshed(small) == ()
    assert rows(small) == found


def test_one_correction_judges_its_indicator_alone(small: SmallWarehouse) -> None:
    small.connection.execute("DELETE FROM core.activities WHERE month(started_at) = 3")
    assert refreshed(small) == (PATROLS,)
    assert_as_of_a_whole_run(small)


def test_other_cuts_judge_all(small: SmallWarehouse) -> None:
    cuts = {"parameters": {"rating_full": 0.95}}
    assert refreshed(small, **cuts) == (ALERTS, PATROLS)
    assert_as_of_a_whole_run(small, **cuts)


def test_what_a_killed_run_left_half_done_is_judged_again(small: SmallWarehouse) -> None:
    found = rows(small)
    small.connection.execute(
        f"UPDATE mart.indicator_value SET rating = NULL WHERE indicator = '{ALERTS}'"
    )
    assert refreshed(small) == (ALERTS,)
    assert rows(small) == found


def test_a_lost_test_of_a_change_is_made_again(small: SmallWarehouse) -> None:
    found = rows(small)
    small.connection.execute(f"DELETE FROM cube.tested_change WHERE indicator = '{PATROLS}'")
    assert refreshed(small) == (PATROLS,)
    assert rows(small) == found
