"""Areas left, lessons, feedback and changed plan lines, each beside a plain count in pandas."""

from datetime import date
from typing import Any

import pandas as pd

from tests.worlds.rows.warehouse import ABOVE, SmallWarehouse


def _table(small: SmallWarehouse, table: str) -> pd.DataFrame:
    return small.connection.execute(f"FROM mart.{table}").df()


def test_a_post_is_looked_for_six_months_after_the_last_day() -> None:
    small = SmallWarehouse()
    stays = {"base_code": "B-0", "area_code": "C", "from_on": date(2024, 1, 1)}
    left = {"A1a": date(2025, 6, 30), "A1b": date(2025, 5, 31), "A2": date(2026, 1, 15)}
    bases = [
        {"base_code": area, "area_code": area, "from_on": date(2024, 1, 1), "to_on": day}
        for area, day in left.items()
    ]
    small.add("deployments", [stays, *bases])
    entry = {"register_code": "coverage_locality", "valid_from": date(2024, 1, 1)}
    places = {"E1": "A1a", "E2": "A1b"}
    small.add("registers", [{**entry, "entry_code": e, "area_code": a} for e, a in places.items()])
    months = {"E1": (date(2025, 12, 1), True), "E2": (date(2025, 11, 1), False)}
    small.add(
        "police_posts",
        [
            {"entry_code": e, "month": month, "staffed": staffed, "host_state_actor": "police"}
            for e, (month, staffed) in months.items()
        ],
    )
    small.compute("P3-OC-11", as_of=date(2026, 7, 1))
    found = _table(small, "handover").set_index("area")["post"].to_dict()
    assert found == {"A1a": "staffed", "A1b": "not_staffed", "A2": "not_yet"}


def test_lessons_are_those_of_completed_reviews_with_their_tags() -> None:
    small = SmallWarehouse()
    small.add("incidents", [{"incident_code": "I1", "area_code": "A1b"}])
    operation = {"unit_code": "P1", "area_code": "A2", "operation_type": "search"}
    small.add("operations", [{**operation, "operation_code": "O1", "started_on": date(2026, 1, 5)}])
    review = {"review_kind": "after_action_review", "trigger": "other"}
    done = {"completed_on": date(2026, 1, 20), "tier": "II", "phase": "response"}
    rows: list[dict[str, Any]] = [
        {**done, "incident_code": "I1", "lessons": ["coordination", "early_warning"]}
        | {"threat_type": "sexual_violence", "for_headquarters": True},
        {**done, "operation_code": "O1", "lessons": ["use_of_force"]},
        {"operation_code": "O1", "lessons": ["host_state"]},  # not completed
    ]
    small.add(
        "after_action_reviews",
        [{**review, **row, "review_code": f"R{at}"} for at, row in enumerate(rows)],
    )
    small.compute("P2-OP-01")
    found = _table(small, "lesson")
    columns = ["area", "subject", "lesson", "threat_type", "for_headquarters"]
    told = found[columns].astype(object).where(found[columns].notna(), None)
    assert sorted(told.itertuples(index=False, name=None), key=str) == [
        ("A1b", "incident", "coordination", "crime_or_protected", True),
        ("A1b", "incident", "early_warning", "crime_or_protected", True),
        ("A2", "operation", "use_of_force", None, False),
    ]


def test_feedback_is_counted_by_one_dimension_in_its_area_and_those_above() -> None:
    small = SmallWarehouse()
    themes = ["safety", "safety", "patrols", "movement", "safety"]
    areas = ["A1a", "S1", "A1a", "A2", "A1b"]
    tones = ["negative", None, "positive", "negative", "negative"]
    rows = [
        {"feedback_code": f"F{at}", "theme": theme, "area_code": area, "sentiment": tone}
        | {"heard_on": date(2026, 1, 5 + at)}
        for at, (theme, area, tone) in enumerate(zip(themes, areas, tones, strict=True))
    ]
    small.add("community_feedback", rows)
    small.compute("P2-OP-01")
    raw = pd.DataFrame(rows).fillna({"sentiment": "_U"})
    raw = raw.assign(area=raw["area_code"].map(ABOVE)).explode("area")
    expected = {
        (area, name, value): count
        for name in ("theme", "sentiment")
        for (area, value), count in raw.groupby(["area", name]).size().items()
    }
    found = _table(small, "community_feedback")
    assert set(found["quarter"]) == {"2026-Q1"}
    keys = zip(found["area"], found["breakdown"], found["breakdown_value"], strict=True)
    assert dict(zip(keys, found["said"], strict=True)) == expected


def test_a_changed_line_keeps_its_original_and_what_was_done() -> None:
    small = SmallWarehouse()
    line = {
        "budget_year": "2025/26", "unit_code": "P1", "activity_type": "patrol",
        "area_code": "A1a", "month": date(2026, 1, 1), "quantity_unit": "activity",
        "tier": "II", "phase": "prevention",
    }  # fmt: skip
    plan = [("L1", 1, 9, "activity"), ("L1", 2, 5, "activity"), ("L1", 3, 2, "activity"),
            ("L2", 1, 4, "activity"), ("L3", 1, 30, "person"), ("L3", 2, 20, "person"),
            ("L4", 2, 6, "activity")]  # fmt: skip
    rows = [
        {**line, "plan_line_code": code, "plan_version": version, "planned_quantity": quantity}
        | {"quantity_unit": unit, "change_reason": "Access lost" if version > 1 else None}
        for code, version, quantity, unit in plan
    ]
    small.add("activity_plan", rows)
    cited = [{"plan_line_code": "L1"}, {"plan_line_code": "L1", "status": "cancelled"}]
    small.add("activities", [*cited, {"plan_line_code": "L2"}])
    small.compute("P2-OP-01")
    raw = pd.DataFrame(rows).sort_values("plan_version")
    now = raw.groupby("plan_line_code").last()
    first = raw[raw["plan_version"] == 1].set_index("plan_line_code")["planned_quantity"]
    found = _table(small, "plan_change").set_index("plan_line_code")
    changed = now[now["plan_version"] > 1].index
    assert sorted(found.index) == sorted(changed) == ["L1", "L3", "L4"]
    assert found["quantity"].to_dict() == now.loc[changed, "planned_quantity"].to_dict()
    assert found["original"].dropna().to_dict() == first[["L1", "L3"]].to_dict()
    assert found["done"].dropna().to_dict() == {"L1": 1, "L4": 0}
    effort = _table(small, "effort")
    own = effort[effort["area"] == "C"]
    assert (own["planned"].sum(), own["planned_original"].sum()) == (2 + 4 + 6, 9 + 4 + 0)
