"""Random rows: the compiled SQL and the slow engine agree on every cell that has a value."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.indicators import slow_engine as slow
from tests.indicators.small_warehouse import AREAS, UNITS, SmallWarehouse

FIRST = datetime(2026, 1, 1)
minutes = st.integers(0, 60 * 24 * 360)
moments = minutes.map(lambda count: FIRST + timedelta(minutes=count))
activities = st.fixed_dictionaries(
    {
        "activity_type": st.sampled_from(["patrol", "patrol", "patrol", "mediation", "escort"]),
        "status": st.sampled_from(["completed", "completed", "completed", "aborted"]),
        "unit_code": st.sampled_from(sorted(UNITS)),
        "area_code": st.sampled_from(sorted(AREAS)),
        "location_precision": st.sampled_from(["exact", "near", "admin2", "admin1", "country"]),
        "started_at": moments,
        "ended_at": st.none() | moments,
        "personnel_count": st.none() | st.integers(0, 40),
        "patrol_mode": st.none() | st.sampled_from(["foot", "vehicle"]),
        "process_code": st.none() | st.sampled_from(["a", "b", "c"]),
    }
)
alerts = st.fixed_dictionaries(
    {
        "area_code": st.sampled_from(sorted(AREAS)),
        "received_at": st.just(FIRST),
        "confirmed_at": st.none() | moments,
        "arrived_at": st.none() | moments,
        "merged_into": st.sampled_from([None, None, None, "alerts0"]),
        "responding_unit_code": st.none() | st.sampled_from(sorted(UNITS)),
        "responding_component": st.none() | st.sampled_from(["police", "military"]),
    }
)
CASES = [
    ("activities", "P2-OP-01", slow.start_day, "unit_code", slow.patrols),
    ("activities", "P2-OP-02", slow.start_day, "unit_code", slow.person_days),
    ("activities", "P2-OP-03", slow.start_day, "unit_code", slow.foot_share),
    ("activities", "P1-OP-09", slow.start_day, "unit_code", slow.processes),
    ("alerts", "P2-OC-03", slow.confirmation_day, "responding_unit_code", slow.minutes_to_arrival),
]


@pytest.fixture(scope="module")
def small() -> SmallWarehouse:
    return SmallWarehouse(threads=2)


@settings(
    max_examples=12,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(
    activity_rows=st.lists(activities, min_size=1, max_size=25),
    alert_rows=st.lists(alerts, min_size=1, max_size=15),
)
def test_every_cell_agrees(
    small: SmallWarehouse, activity_rows: list[dict[str, Any]], alert_rows: list[dict[str, Any]]
) -> None:
    rows = {"activities": activity_rows, "alerts": alert_rows}
    for table, added in rows.items():
        small.connection.execute(f"DELETE FROM core.{table}")
        small.add(table, added)
    values = small.compute(*[code for _, code, *_ in CASES], period_types=("M", "Q", "A", "B"))
    for table, code, day_of, unit_column, value_of in CASES:
        expected = slow.cells(rows[table], day_of, unit_column, value_of)
        assert found_cells(values, code) == pytest.approx(expected, rel=1e-9), code


def found_cells(values: pd.DataFrame, code: str) -> dict[slow.Cell, float]:
    """What the engine gives in the slow engine's form: totals and unit types, zeros left out."""
    others = ["activity_type", "actor", "sex", "age_group", "breakdown"]
    kept = values[(values["indicator"] == code) & (values[others] == "_T").all(axis=1)]
    kept = kept[kept["value"].notna() & (kept["value"] != 0)]
    key = kept[["period_type", "period", "area", "unit_type"]].itertuples(index=False, name=None)
    return dict(zip(key, kept["value"].tolist(), strict=True))


def test_the_order_of_rows_and_the_number_of_threads_change_no_bit() -> None:
    rows = [
        {
            "activity_type": "colocation",
            "area_code": area,
            "presence_days": f"{number % 1000}.{number % 97:02d}",
            "started_at": FIRST + timedelta(hours=7 * number),
            "personnel_count": number % 9,
        }
        for number, area in enumerate(sorted(AREAS) * 60)
    ]
    tables = [
        computed(rows, 1, lambda entries: entries),
        computed(rows, 2, lambda entries: entries[::-1]),
    ]
    assert len(tables[0]) > 100
    pd.testing.assert_frame_equal(*tables, check_exact=True)


def computed(
    rows: list[dict[str, Any]], threads: int, order: Callable[[list[Any]], list[Any]]
) -> pd.DataFrame:
    small = SmallWarehouse(threads=threads)
    named = [row | {"activity_code": str(number)} for number, row in enumerate(rows)]
    small.add("activities", order(named))
    return small.compute("P3-OP-04", "P2-OP-01")


def test_computing_twice_gives_the_same_and_a_removed_row_is_gone() -> None:
    small = SmallWarehouse()
    small.add("activities", [{}, {}])
    once = small.compute("P2-OP-01")
    pd.testing.assert_frame_equal(small.compute("P2-OP-01"), once, check_exact=True)
    small.connection.execute("DELETE FROM core.activities WHERE activity_code = 'activities1'")
    assert small.totals("P2-OP-01", "A") == {"2026": 1}
