"""Violence without a warning and warned of without an answer; plans of bases; benchmarks."""

from datetime import date, datetime
from typing import Any

from tests.worlds.rows.warehouse import SmallWarehouse


def _rows(small: SmallWarehouse, columns: str, table: str) -> list[tuple[Any, ...]]:
    sql = f"SELECT {columns} FROM mart.{table} ORDER BY ALL"
    return small.connection.execute(sql).fetchall()


def _incident(day: int, **changes: Any) -> dict[str, Any]:
    return {
        "occurred_on": date(2026, 1, day), "date_precision": "day", "against_civilians": True,
        "incident_type": "injury", "area_code": "A1a", **changes,
    }  # fmt: skip


def test_warned_not_warned_and_warned_without_an_answer() -> None:
    small = SmallWarehouse()
    acted = {"first_action_at": datetime(2026, 1, 10, 9)}  # both received on the tenth at eight
    small.add("alerts", [{"area_code": "A1", **acted}, {"area_code": "A2"}])
    small.add(
        "incidents",
        [
            _incident(10),  # the day itself does not count
            _incident(11),  # warned of for the area above, and acted on the day before
            _incident(24),
            _incident(25),  # the fifteenth day
            _incident(12, area_code="A2"),  # nobody acted
            _incident(12, area_code="A2", incident_type="looting"),
            _incident(12, area_code="A2", against_civilians=False),
        ],
    )
    small.compute("P2-OC-10")
    columns = "quarter, incidents, warned, without_warning, not_answered"
    assert _rows(small, columns, "early_warning WHERE area = 'A1a'") == [("2026-Q1", 4, 2, 2, 0)]
    assert _rows(small, columns, "early_warning WHERE area = 'A2'") == [("2026-Q1", 1, 1, 0, 1)]
    assert _rows(small, columns, "early_warning WHERE area = 'C'") == [("2026-Q1", 5, 3, 2, 1)]


def test_alerts_without_action_stand_by_their_reason_in_their_area_and_above() -> None:
    small = SmallWarehouse()
    small.add(
        "alerts",
        [
            {"area_code": "A1a", "no_action_reason": "no_access"},
            {"area_code": "A2", "no_action_reason": "no_access"},
            {"area_code": "A2"},  # overdue, and nobody says why
            {"area_code": "A2", "received_at": datetime(2026, 12, 30, 8)},  # not due yet
            {"area_code": "A2", "first_action_at": datetime(2026, 1, 10, 9)},
            {"area_code": "A2", "action_needed": False, "no_action_reason": "other"},
            {"area_code": "A2", "merged_into": "AL-0", "no_action_reason": "other"},
        ],
    )
    small.compute("P2-OC-02")
    columns, table = "quarter, reason, alerts", "alert_without_action WHERE area = "
    assert _rows(small, columns, f"{table}'A1a'") == [("2026-Q1", "no_access", 1)]
    assert _rows(small, columns, f"{table}'A2'") == [
        ("2026-Q1", "_U", 1),
        ("2026-Q1", "no_access", 1),
    ]
    assert _rows(small, columns, f"{table}'C'") == [
        ("2026-Q1", "_U", 1),
        ("2026-Q1", "no_access", 2),
    ]


def test_a_base_shows_each_kind_of_plan_and_whether_it_still_counts() -> None:
    small = SmallWarehouse()
    since = {"from_on": date(2024, 1, 1)}
    left = {"base_code": "B-2", "to_on": date(2025, 1, 31)}
    small.add("deployments", [{"base_code": "B-1", **since}, {**since, **left}])
    plan = {"base_code": "B-1", "plan_kind": "civilians_seeking_protection"}
    small.add(
        "preparedness",
        [
            {**plan, "reviewed_on": date(2024, 1, 1), "exercised_on": date(2026, 1, 5)},
            {**plan, "reviewed_on": date(2026, 1, 2)},
            {**plan, "plan_kind": "evacuation", "reviewed_on": date(2024, 1, 1)},
        ],
    )
    small.compute("P2-OP-19")
    found = _rows(small, "plan_kind, is_current, is_exercised", "base_plan")
    assert found == [
        ("civilians_seeking_protection", True, True),
        ("evacuation", False, False),
        ("rapid_reaction", False, False),
    ]


def test_the_computed_state_stands_beside_the_judged_one() -> None:
    """A benchmark of four patrols a quarter, for two quarters: partly met counts as not met."""
    small = SmallWarehouse()
    months = [2, 2, 2, 2, 5, 5, 5, 5, 8]
    small.add("activities", [{"started_at": datetime(2026, month, 3)} for month in months])
    own = {"evidence_indicator": "P2-OP-01", "threshold": 4, "held_for_months": 6}
    judged = {"2026-Q1": "met", "2026-Q2": "partly", "2026-Q3": "met"}
    rows = [{**own, "benchmark_code": "TB-1", "quarter": q, "state": s} for q, s in judged.items()]
    small.add("benchmarks", [*rows, {**rows[0], "benchmark_code": "TB-2", "threshold": None}])
    small.compute("P2-OP-01", as_of=date(2026, 9, 30))
    assert _rows(small, "benchmark_code, quarter, computed, value, differs", "benchmark") == [
        ("TB-1", "2026-Q1", "not_known", 4.0, False),
        ("TB-1", "2026-Q2", "met", 4.0, True),
        ("TB-1", "2026-Q3", "not_met", 1.0, True),
        ("TB-2", "2026-Q1", "not_known", 4.0, False),
    ]


def test_benchmarks_stand_by_quarter() -> None:
    small = SmallWarehouse()
    state = {"benchmark_code": "TB-1", "state": "partly"}
    small.add("benchmarks", [{**state, "quarter": "2025-Q4"}, {**state, "quarter": "2026-Q1"}])
    small.compute("P2-OP-01")
    assert _rows(small, "quarter, state", "benchmark") == [
        ("2025-Q4", "partly"), ("2026-Q1", "partly"),
    ]  # fmt: skip
