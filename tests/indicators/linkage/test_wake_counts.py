"""Counts of wakes against a slow version that looks at every pair, anywhere on the globe."""

import math
from datetime import datetime, timedelta
from typing import Any

import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from indicators.linkage.wake import matched_wake
from indicators.linkage.wake.counting import KM_PER_DEGREE, trend_weights

UNITS = {"days": 86400, "hours": 3600, "mins": 60, "secs": 1}
START = datetime(2024, 1, 1)
# clusters where a grid may go wrong: poles, antimeridian, the origin, an ordinary place
PLACES = [(90.0, 0.0), (-89.95, 170.0), (0.0, 180.0), (12.0, -179.99), (0.0, 0.0), (4.85, 31.6)]


def km(one: dict[str, Any], other: dict[str, Any]) -> float:
    """Distance by the formula of the reference set's README 1.2, one pair at a time."""
    a, b = math.radians(one["lat"]), math.radians(other["lat"])
    across = math.radians(one["lon"] - other["lon"])
    y = math.hypot(
        math.cos(b) * math.sin(across),
        math.cos(a) * math.sin(b) - math.sin(a) * math.cos(b) * math.cos(across),
    )
    x = math.sin(a) * math.sin(b) + math.cos(a) * math.cos(b) * math.cos(across)
    return math.degrees(math.atan2(y, x)) * KM_PER_DEGREE


def slow_wake(
    rows: list[dict[str, Any]], at: int, time: int, radius: float, unit: int
) -> dict[str, float] | None:
    """Counts of one wake by the words of README 1.3 and 1.4; None where the wake is incomplete."""
    event = rows[at]

    def units(earlier: dict[str, Any], later: dict[str, Any]) -> int:
        return math.floor((later["timestamp"] - earlier["timestamp"]).total_seconds() / unit)

    if not any(units(row, event) > time for row in rows[:at]):
        return None
    if not any(units(event, row) > time for row in rows[at + 1 :]):
        return None
    before = [row for row in rows[:at] if units(row, event) <= time and km(event, row) <= radius]
    after = [
        row for row in rows[at + 1 :] if 1 <= units(event, row) <= time and km(event, row) <= radius
    ]
    other = {"treatment": "control", "control": "treatment"}[event["type"]]
    by_lag = [
        sum(row["type"] == "incident" and units(row, event) == lag for row in before)
        for lag in range(time + 1)
    ]

    def count(side: list[dict[str, Any]], kind: str) -> int:
        return sum(row["type"] == kind for row in side)

    return {
        "dependent_pre": count(before, "incident"),
        "dependent_post": count(after, "incident"),
        "dependent_trend": slow_trend(by_lag, time),
        "SO_pre": count(before, event["type"]),
        "SO_post": count(after, event["type"]),
        "MO_pre": count(before, other),
        "MO_post": count(after, other),
    }


def slow_trend(c: list[int], time: int) -> float:
    if time % 2 == 0:
        return sum(c[: time // 2]) - sum(c[time // 2 :])
    q = (time + 1) // 2
    r = q // (q - 1)
    return 0.5 * (sum(c[:q]) - r * sum(c[q:]) + r * sum(c[: q - 1]) - sum(c[q - 1 :]))


@st.composite
def event_rows(draw: st.DrawFn) -> list[dict[str, Any]]:
    """A few dozen events crowded at the places above, with ties and repeated events."""
    size = draw(st.integers(2, 40))
    unit = UNITS["days"]
    rows = []
    for _ in range(size):
        latitude, longitude = draw(st.sampled_from(PLACES))
        north, east = draw(st.tuples(st.integers(-6, 6), st.integers(-6, 6)))
        halves = draw(st.integers(0, 40))
        latitude = max(-90.0, min(90.0, latitude + north * 0.03))
        rows.append({
            "type": draw(st.sampled_from(["incident", "incident", "treatment", "control"])),
            "timestamp": START + timedelta(seconds=halves * unit / 2),
            "lat": latitude,
            "lon": longitude + east * 0.03,
            "match": 1.0,
        })  # fmt: skip
    rows += [dict(row) for row in rows[: draw(st.integers(0, 3))]]
    rows += [{**rows[0], "type": kind} for kind in ("treatment", "control")]
    return rows


@settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
@given(rows=event_rows(), time=st.integers(2, 6), radius=st.sampled_from([0.5, 3.4, 10.1, 45.3]))
def test_counts_equal_those_of_every_pair(
    rows: list[dict[str, Any]], time: int, radius: float
) -> None:
    result = matched_wake(
        pd.DataFrame(rows),
        t_window=(time, time + 1, 1),
        spat_window=(radius, radius * 2, radius),
        treatment=("type", "treatment"),
        control=("type", "control"),
        dependent=("type", "incident"),
        matchColumns=["match"],
        mode="reference",
    )
    in_order = sorted(rows, key=lambda row: row["timestamp"])
    expected = {}
    for times in (time, time + 1):
        for reach in (radius, radius * 2):
            for at, row in enumerate(in_order):
                if row["type"] != "incident":
                    counted = slow_wake(in_order, at, times, reach, UNITS["days"])
                    if counted is not None:
                        expected[(at + 1, times, reach)] = counted
    found = {
        (row["eventID"], row["t_window"], row["spat_window"]): row
        for row in result.wakes.to_dict("records")
    }
    assert found.keys() == expected.keys()
    for key, counted in expected.items():
        assert {name: found[key][name] for name in counted} == counted, key


@pytest.mark.parametrize("time", [2, 3, 4, 5, 8, 9, 24])
def test_trend_weights_are_those_of_the_formula(time: int) -> None:
    for lag in range(time + 1):
        one = [int(k == lag) for k in range(time + 1)]
        assert trend_weights(time)[lag] == slow_trend(one, time)
