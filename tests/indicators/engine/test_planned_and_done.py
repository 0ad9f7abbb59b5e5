"""Activities planned and done by tier, phase and unit type; alerts and reviews that are pending."""

from datetime import date, datetime
from typing import Any

import pytest

from tests.worlds.rows.warehouse import SmallWarehouse

_LINE = {
    "budget_year": "2025/26",
    "unit_code": "P1",
    "activity_type": "patrol",
    "area_code": "A1a",
    "month": date(2026, 1, 1),
    "quantity_unit": "activity",
    "tier": "II",
    "phase": "prevention",
}


def _rows(small: SmallWarehouse, columns: str, table: str) -> list[tuple[Any, ...]]:
    sql = f"SELECT {columns} FROM mart.{table} ORDER BY ALL"
    return small.connection.execute(sql).fetchall()


def _plan(small: SmallWarehouse, *lines: dict[str, Any]) -> None:
    """Lines L1, L2 … with what they have of their own."""
    numbered = [{"plan_line_code": f"L{n}", **_LINE, **own} for n, own in enumerate(lines, 1)]
    small.add("activity_plan", numbered)


def test_done_is_what_the_unit_did_in_the_line_s_month_and_area_cited_or_not() -> None:
    small = SmallWarehouse()
    _plan(small, {"area_code": "A1", "planned_quantity": 3}, {"planned_quantity": 1})
    there = {"area_code": "A1b"}
    small.add("activities", [{}, {"plan_line_code": "L1"}, there, {"area_code": "A2"},
                             {"started_at": datetime(2026, 2, 3)}, {"unit_code": "M1"},
                             there | {"status": "cancelled"}])  # fmt: skip
    small.compute("P2-OP-01")
    columns = "area, unit_code, month, outcome, quantity, done"
    assert _rows(small, columns, "work_plan") == [
        ("A1", "P1", date(2026, 1, 1), None, 3.0, 2),
        ("A1a", "M1", date(2026, 1, 1), "_Z", None, 1),
        ("A1a", "P1", date(2026, 1, 1), None, 1.0, 1),
        ("A1a", "P1", date(2026, 2, 1), "_Z", None, 1),
        ("A2", "P1", date(2026, 1, 1), "_Z", None, 1),
    ]


def test_the_plan_of_an_output_is_that_of_the_component_whose_deeds_it_counts() -> None:
    small = SmallWarehouse()
    _plan(small, {"planned_quantity": 3}, {"planned_quantity": 8, "unit_code": "M1"},
          {"planned_quantity": 5, "month": date(2026, 2, 1)},
          {"planned_quantity": 60, "quantity_unit": "person_day"})  # fmt: skip
    small.add("activities", [{}, {"unit_code": "M1"}, {"area_code": "A2", "personnel_count": 7}])
    small.compute("P2-OP-01", "P2-OP-02", "P2-OP-04")
    columns = "indicator, period, quantity, unplanned, component"
    assert _rows(small, columns, "output_plan WHERE area = 'C' AND period_type IN ('M', 'Q')") == [
        ("P2-OP-01", "2026-01", 3.0, 1, "police"),
        ("P2-OP-01", "2026-02", 5.0, 0, "police"),
        ("P2-OP-01", "2026-Q1", 8.0, 1, "police"),
        ("P2-OP-02", "2026-01", 60.0, 7, "police"),
        ("P2-OP-02", "2026-Q1", 60.0, 7, "police"),
    ]
    done = "indicator = 'P2-OP-01' AND area = 'C' AND period = '2026-01' AND unit_type = '_T'"
    whole = _rows(small, "value", f"indicator_value WHERE {done} AND breakdown = '_T'")
    own = _rows(small, "sum(done)", "work_plan WHERE quantity_unit = 'activity' "
                "AND component = 'police'")  # fmt: skip
    assert whole == [(2.0,)] == [(float(own[0][0]),)]


def test_beside_the_plan_stands_what_was_done_at_the_other_end_of_its_years() -> None:
    small = SmallWarehouse()
    _plan(small, {"planned_quantity": 3, "month": date(2026, 6, 1)})
    days = (datetime(2025, 6, 30), datetime(2025, 7, 1), datetime(2026, 1, 1))
    small.add("activities", [{"started_at": day} for day in days])
    small.compute("P2-OP-01", as_of=date(2026, 6, 30))
    columns = "period, quantity, unplanned"
    assert _rows(small, columns, "output_plan WHERE area = 'C' AND period_type IN ('A', 'B')") == [
        ("2025/26", 3.0, 2),
        ("2026", 3.0, 1),
    ]
    done = "quantity IS NULL AND budget_year = '2025/26'"
    assert _rows(small, "month, done", f"work_plan WHERE {done}") == [
        (date(2025, 7, 1), 1),
        (date(2026, 1, 1), 1),
    ]


def test_a_line_is_done_where_its_unit_did_as_much_as_it_plans() -> None:
    small = SmallWarehouse()
    lines = [("L1", 2, {}), ("L2", 1, {}), ("L3", 4, {"tier": None, "phase": None})]
    lines.append(("L4", 30, {"quantity_unit": "person_day"}))
    small.add(
        "activity_plan",
        [{**_LINE, "plan_line_code": code, "planned_quantity": n, **own} for code, n, own in lines],
    )
    cited = [{"plan_line_code": "L1"}, {"plan_line_code": "L1"}, {"plan_line_code": "L2"}]
    cited[2] |= {"status": "cancelled"}
    small.add("activities", [*cited, {"phase": "response", "unit_code": "M1"}])
    small.compute("P2-OP-01")
    columns = "tier, phase, unit_type, done, lines_planned, lines_done, planned, planned_done"
    found = _rows(small, columns, "effort WHERE area = 'A1'")
    assert found == [
        ("II", "prevention", "FPU", 2, 3, 1, 3.0, 2),
        ("II", "response", "MIL", 1, None, None, None, None),
        ("_U", "_U", "FPU", None, 1, 0, 4.0, 0),
    ]


def test_the_work_plan_keeps_the_original_and_the_months_to_come() -> None:
    small = SmallWarehouse()
    first = {**_LINE, "plan_line_code": "L1", "planned_quantity": 4, "outcome_code": "safe"}
    second = {**first, "plan_version": 2, "planned_quantity": 3, "change_reason": "Access lost"}
    to_come = {**first, "plan_line_code": "L2", "month": date(2026, 6, 1)}
    next_year = {"plan_line_code": "L3", "month": date(2026, 7, 1), "budget_year": "2026/27"}
    persons = {"plan_line_code": "L4", "quantity_unit": "person"}
    small.add(
        "activity_plan",
        [{"plan_version": 1, **row} for row in (first, second, to_come, {**first, **next_year})],
    )
    small.add("activity_plan", [{**first, **persons, "plan_version": 1}])
    cited = {"plan_line_code": "L1"}
    small.add("activities", [cited, cited, {**cited, "status": "cancelled"}])
    small.compute("P2-OP-01", as_of=date(2026, 3, 31))
    columns = "month, quantity_unit, outcome, lines, original, quantity, done, reasons"
    assert _rows(small, columns, "work_plan") == [
        (date(2026, 1, 1), "activity", "safe", 1, 4.0, 3.0, 2, "Access lost"),
        (date(2026, 1, 1), "person", "safe", 1, 4.0, 4.0, None, None),
        (date(2026, 6, 1), "activity", "safe", 1, 4.0, 4.0, None, None),
    ]


def test_an_activity_with_two_partners_counts_with_both_and_a_cancelled_one_with_none() -> None:
    small = SmallWarehouse()
    both = {"partner_components": ["military", "civil_affairs"]}
    small.add("activities", [both, {**both, "status": "cancelled"}, {}])
    small.compute("P2-OP-01")
    found = _rows(small, "partner_component, tier, done", "joint_activity WHERE area = 'C'")
    assert found == [("civil_affairs", "II", 1), ("military", "II", 1)]


def test_police_tasks_count_each_activity_once_and_with_each_partner() -> None:
    small = SmallWarehouse()
    both = {"partner_components": ["military", "civil_affairs"]}
    military = {"unit_code": "M1", "partner_components": ["civil_affairs"]}
    response = {"phase": "response", "activity_type": "escort"}
    small.add("activities", [both, {**both, "status": "cancelled"}, {}, military, response])
    small.compute("P2-OP-01")
    columns = "unit_type, activity_type, phase, partner_component, done"
    assert _rows(small, columns, "police_task WHERE area = 'C'") == [
        ("FPU", "escort", "response", "_T", 1),
        ("FPU", "patrol", "prevention", "_T", 2),
        ("FPU", "patrol", "prevention", "civil_affairs", 1),
        ("FPU", "patrol", "prevention", "military", 1),
    ]


def test_an_alert_is_pending_until_a_response_is_recorded_and_never_names_a_protected_kind() -> (
    None
):
    small = SmallWarehouse()
    answered = {"first_action_at": datetime(2026, 1, 10, 9)}
    small.add(
        "alerts",
        [
            {"threat_type": "sexual_violence"},
            answered,
            {"action_needed": False, "no_action_reason": "duplicate"},
            {"closed_at": datetime(2026, 1, 11)},
        ],
    )
    small.compute("P2-OC-02")
    found = _rows(small, "kind, area, type, level, since", "pending_action")
    at = datetime(2026, 1, 10, 8)
    assert found == [("alert_response", "A1a", "crime_or_protected", "high", at)]


def test_without_the_indicator_of_alerts_none_is_listed() -> None:
    small = SmallWarehouse()
    small.add("alerts", [{}])
    small.add("activities", [{}])
    small.compute("P2-OP-01")
    assert _rows(small, "kind", "pending_action") == []


def test_a_review_is_due_until_it_is_completed() -> None:
    small = SmallWarehouse()
    near = {"near_base": True, "closed_on": date(2026, 1, 20)}
    small.add("incidents", [near, near, {**near, "against_civilians": False}])
    small.add(
        "after_action_reviews",
        [
            {
                "review_code": "R1",
                "incident_code": small.connection.execute(
                    "SELECT min(incident_code) FROM core.incidents"
                ).fetchall()[0][0],
                "review_kind": "after_action_review",
                "trigger": "near_base",
                "completed_on": date(2026, 2, 1),
            }
        ],
    )
    small.compute("P2-OP-15")
    found = _rows(small, "kind, type, since, due_at", "pending_action")  # the third harmed nobody
    due = (datetime(2026, 1, 10), datetime(2026, 3, 21))
    assert found == [("after_action_review", "killing", *due)]


@pytest.mark.parametrize(("day", "is_late"), [(10, False), (11, True)])
def test_what_was_due_is_overdue_from_the_next_day_by_one_rule(day: int, is_late: bool) -> None:
    """Sixty days after closing on 9 February: the tenth of April."""
    small = SmallWarehouse()
    case = {"occurred_on": date(2026, 1, 20), "closed_on": date(2026, 2, 9)}
    small.add("incidents", [case | {"near_base": True, "incident_type": "killing"}])
    small.add("operations", [{"operation_code": "O1", "started_on": date(2026, 1, 5),
                              "closed_on": date(2026, 2, 9)}])  # fmt: skip
    small.add("alerts", [{"received_at": datetime(2026, 4, 10, 8), "level": "high",
                          "due_at": datetime(2026, 4, 10, 20)}])  # fmt: skip
    small.compute("P2-OC-02", "P2-OP-15", as_of=date(2026, 4, day))
    assert _rows(small, "rule, is_overdue", "review_candidate") == [("required", is_late)]
    assert _rows(small, "is_overdue", "operation") == [(is_late,)]
    found = _rows(small, "kind, is_overdue", "pending_action")
    assert ("after_action_review", is_late) in found
