"""Candidates for after-action review; risk assessments before support; what was passed on."""

from datetime import date
from typing import Any

from tests.worlds.rows.warehouse import SmallWarehouse


def _rows(small: SmallWarehouse, sql: str) -> list[tuple[Any, ...]]:
    return small.connection.execute(f"{sql} ORDER BY ALL").fetchall()


def test_a_candidate_is_covered_by_the_rule_or_undecided_by_it() -> None:
    small = SmallWarehouse()
    harm = {"area_code": "A1a", "incident_type": "killing", "against_civilians": True,
            "occurred_on": date(2026, 1, 10)}  # fmt: skip
    placed = {"location_precision": "admin2"}
    small.add(
        "incidents",
        [
            {**harm, **placed, "incident_code": "near", "near_base": True,
             "closed_on": date(2026, 1, 20)},
            {**harm, **placed, "incident_code": "far", "near_base": False},
            {**harm, **placed, "incident_code": "open"},
            {**harm, **placed, "incident_code": "loot", "incident_type": "looting"},
        ],
    )  # fmt: skip
    small.compute("P2-OP-15")
    found = _rows(small, "SELECT incident_code, is_near_base, review_due_on, reviewed_on "
                  "FROM mart.review_candidate")  # fmt: skip
    assert found == [("near", True, date(2026, 3, 21), None), ("open", None, None, None)]


def test_assessments_count_above_and_are_overdue_without_a_follow_up() -> None:
    small = SmallWarehouse()
    done, due = date(2025, 1, 10), date(2025, 6, 1)
    own = {"completed_on": done, "host_state_actor": "police", "support_type": "training"}
    small.add(
        "hrddp_assessments",
        [
            {**own, "area_code": "A1a", "review_due_on": due, "decision": "mitigate"},
            {**own, "area_code": "A1", "review_due_on": due, "decision": "mitigate",
             "follow_up_on": date(2025, 5, 1)},
            {**own, "decision": None},  # holds for the whole country
            {**own, "area_code": "A1", "completed_on": date(2030, 1, 1)},  # after the as-of day
        ],
    )  # fmt: skip
    small.compute("P2-OP-01")
    counts = "quarter, assessments, followed_up, overdue"
    table = f"SELECT area, {counts} FROM mart.due_diligence"
    assert _rows(small, f"{table} WHERE area = 'C'") == [("C", "2025-Q1", 3, 1, 1)]
    assert _rows(small, f"{table} WHERE area = 'A1a'") == []  # told in the country and admin 1
    by_decision = "SELECT decision, assessments, overdue FROM mart.due_diligence_finding"
    found = _rows(small, f"{by_decision} WHERE area = 'C'")
    assert found == [("_U", 1, 0), ("mitigate", 2, 1)]


def test_what_was_passed_on_has_its_clock_and_other_referrals_stay_out() -> None:
    small = SmallWarehouse()
    seen = {"observed_on": date(2026, 1, 1), "area_code": "A1a"}
    days = (1, 5, 9)
    small.add(
        "referrals",
        [{**seen, "referral_kind": "mrm", "referred_on": date(2026, 1, 1 + day)} for day in days]
        + [{**seen, "referral_kind": "survivor_services", "referred_on": date(2026, 1, 2)}],
    )
    small.compute("P2-OP-01")
    found = _rows(
        small,
        "SELECT mechanism, referrals, with_days, median_days, within_1_day, over_7_days "
        "FROM mart.monitoring_referral WHERE area = 'C'",
    )
    assert found == [("mrm", 3, 3, 5.0, 1, 1)]
