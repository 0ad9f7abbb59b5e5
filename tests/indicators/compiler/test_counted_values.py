"""Rows that hold counts: months, persons and violations add up, and `n` is what they count."""

from datetime import date
from typing import Any

import pytest

from tests.worlds.rows.warehouse import SmallWarehouse, returned, total_rows

MARCH = date(2026, 3, 31)


def monitored(*rows: dict[str, Any]) -> SmallWarehouse:
    small = SmallWarehouse()
    usual = {
        "month": date(2026, 1, 1),
        "area_code": "A1a",
        "mechanism": "mara",
        "violation_type": "sexual_violence",
        "alleged_actor_type": "unknown",
        "sex": "F",
        "age_group": "_U",
    }
    small.add("rights_monitoring", [usual | row for row in rows])
    return small


@pytest.mark.parametrize(
    ("code", "mechanism", "column"),
    [("X-IM-04", "mara", "incidents_count"), ("X-IM-05", "mrm", "violations_count")],
)
def test_verified_counts_of_one_mechanism_add_up(code: str, mechanism: str, column: str) -> None:
    small = monitored(
        {"mechanism": mechanism, column: 2},
        {"mechanism": mechanism, column: 3, "month": date(2026, 2, 1), "sex": "M"},
        {"mechanism": mechanism, column: None, "month": date(2026, 2, 1), "sex": "_U"},
        {"mechanism": "human_rights", column: 40},
    )
    values = total_rows(small.compute(code, as_of=MARCH))
    quarter = values[(values["period"] == "2026-Q1") & (values["area"] == "C")]
    assert quarter[["value", "n"]].to_numpy().tolist() == [[5, 5]]
    months = values[(values["period_type"] == "M") & (values["area"] == "C")]
    assert months["value"].dropna().tolist() == [2, 3]
    assert months["obs_status"].tolist() == ["A", "A", "O"]  # no row of the source in March


def test_months_of_monitoring_that_nobody_returned_are_no_zero() -> None:
    small = monitored({"incidents_count": 2})
    statuses = {1: "submitted", 2: "not_submitted", 3: "nil"}
    small.add("reporting_returns", returned(statuses, source="rights_monitoring"))
    assert small.statuses("X-IM-04", "M", as_of=MARCH) == {
        "2026-01": "A",
        "2026-02": "O",
        "2026-03": "A",
    }


def test_follow_up_is_of_the_allegations_referred() -> None:
    small = monitored(
        {"mechanism": "human_rights", "allegations_referred": 8, "allegations_with_follow_up": 2},
        {"mechanism": "human_rights", "allegations_referred": 2, "sex": "M"},
        {"allegations_referred": 90},
    )
    assert small.totals("P1-OC-03", "M", as_of=MARCH) == {"2026-01": 20}


def test_displaced_persons_are_what_is_summed_and_counted() -> None:
    small = SmallWarehouse()
    rows = [("a", "violence", 700), ("b", "violence", 20), ("c", "disaster", 5)]
    small.add(
        "displacement_events",
        [
            {
                "displacement_code": code,
                "origin_area_code": "A1a",
                "arrival_area_code": "A2",
                "displaced_on": date(2026, 1, 5),
                "cause": cause,
                "persons": persons,
                "estimate_source": "partner",
            }
            for code, cause, persons in rows
        ],
    )
    values = total_rows(small.compute("X-IM-06", as_of=date(2026, 1, 31)))
    january = values[values["period"] == "2026-01"].set_index("area")
    assert january.loc["A1a", ["value", "n"]].tolist() == [720, 720]
    assert january.loc["A2", "value"] == 0
