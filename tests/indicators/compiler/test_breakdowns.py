"""Breakdowns: one dimension at a time, `_U` for not stated, lists once under each."""

from datetime import date, datetime

import pandas as pd

from tests.worlds.rows.warehouse import SmallWarehouse


def parts(values: pd.DataFrame, dimension: str) -> dict[str, float]:
    """January's values of one dimension for the whole mission."""
    kept = values[(values["period"] == "2026-01") & (values["area"] == "C")]
    if dimension in values.columns:
        kept = kept[kept[dimension] != "_T"]
        return dict(zip(kept[dimension], kept["value"], strict=True))
    kept = kept[kept["breakdown"] == dimension]
    return dict(zip(kept["breakdown_value"], kept["value"], strict=True))


def test_not_asked_is_a_part_of_its_own() -> None:
    small = SmallWarehouse()
    small.add("activities", [{"patrol_mode": mode} for mode in ("foot", "vehicle", "foot", None)])
    values = small.compute("P2-OP-01")
    assert parts(values, "patrol_mode") == {"foot": 2, "vehicle": 1, "_U": 1}
    assert small.totals("P2-OP-01", "M", as_of=date(2026, 1, 31)) == {"2026-01": 4}


def test_not_known_and_not_asked_are_one_part() -> None:
    small = SmallWarehouse()
    small.add("alerts", [{"source_sex": sex} for sex in ("F", "_U", None)])
    assert parts(small.compute("P2-OP-09"), "sex") == {"F": 1, "_U": 2}


def test_a_patrol_counts_once_under_each_of_its_partners() -> None:
    small = SmallWarehouse()
    partners = ["military", "justice", "justice"]
    small.add("activities", [{"partner_components": partners}, {"partner_components": None}])
    values = small.compute("P2-OP-06")
    assert parts(values, "partner_component") == {"military": 1, "justice": 1}
    assert small.totals("P2-OP-06", "M", as_of=date(2026, 1, 31)) == {"2026-01": 1}


def test_an_incident_counts_once_under_each_sex_of_its_victims() -> None:
    small = SmallWarehouse()
    small.add("incidents", [{"linked_operation": "un_police"}, {"linked_operation": "none"}])
    small.add(
        "incident_victims",
        [
            {
                "incident_code": code,
                "sex": sex,
                "age_group": "Y18T29",
                "harm": "injured",
                "victims_count": 9,
            }
            for code, sex in [("incidents0", "F"), ("incidents0", "M"), ("incidents1", "F")]
        ],
    )
    values = small.compute("P2-OC-08")
    assert parts(values, "sex") == {"F": 1, "M": 1}
    assert parts(values, "age_group") == {"Y18T29": 1}


def test_sex_and_age_are_crossed_and_nothing_else_is() -> None:
    small = SmallWarehouse()
    small.add(
        "activities", [{"activity_type": "community_session", "started_at": datetime(2026, 1, 9)}]
    )
    small.add(
        "activity_participants",
        [
            {
                "activity_code": "activities0",
                "sex": sex,
                "age_group": age_group,
                "participants_count": count,
            }
            for sex, age_group, count in [
                ("F", "Y18T29", 3),
                ("F", "Y30T44", 1),
                ("M", "Y18T29", 4),
                ("_U", "Y18T29", 7),
            ]
        ],
    )
    values = small.compute("P1-OP-03")
    january = values[(values["period"] == "2026-01") & (values["area"] == "C")]
    total = january[(january["age_group"] == "_T") & (january["unit_type"] == "_T")]
    assert (total["numerator"].item(), total["denominator"].item(), total["n"].item()) == (4, 8, 8)
    assert parts(values, "age_group") == {"Y18T29": 300 / 7, "Y30T44": 100}
    broken = (january[["unit_type", "age_group"]] != "_T").sum(axis=1)
    assert broken.max() == 1
