"""Officers trained: persons counted once a topic and calendar year, never seats (rule 31)."""

from datetime import date
from typing import Any

import pytest

from tests.worlds.rows.warehouse import SmallWarehouse, total_rows

AS_OF = date(2026, 12, 31)


def trained(*rows: dict[str, Any]) -> SmallWarehouse:
    small = SmallWarehouse()
    usual = {
        "course_code": "c",
        "course_topic": "sgbv",
        "host_state_actor": "police",
        "area_code": "A1a",
        "sex": "F",
        "completed_on": date(2026, 1, 10),
        "duration_days": 1,
    }
    small.add("training", [usual | row for row in rows])
    return small


def test_an_officer_counts_once_a_topic_and_calendar_year() -> None:
    small = trained(
        {"officer_key": "a", "completed_on": date(2025, 12, 1)},
        {"officer_key": "a", "completed_on": date(2026, 1, 10)},
        {"officer_key": "a", "completed_on": date(2026, 2, 10), "course_code": "d"},
        {"officer_key": "a", "course_topic": "custody"},
        {"officer_key": "b"},
    )
    assert small.totals("P3-OP-01", "M", as_of=AS_OF)["2026-01"] == 3
    assert small.totals("P3-OP-01", "Q", as_of=AS_OF)["2026-Q1"] == 3
    assert small.totals("P3-OP-01", "A", as_of=AS_OF)["2026"] == 3
    assert small.totals("P3-OP-01", "B", as_of=AS_OF)["2025/26"] == 4  # two calendar years


@pytest.mark.parametrize(
    "row",
    [
        {"duration_days": "0.5"},
        {"host_state_actor": "armed_forces"},
        {"started_on": date(2026, 1, 11)},  # completed before its start
        {"completed_on": None},
    ],
)
def test_what_is_no_training_of_host_state_police(row: dict[str, Any]) -> None:
    small = trained({"officer_key": "a"}, {"officer_key": "b"} | row)
    assert small.totals("P3-OP-01", "A", as_of=AS_OF) == {"2026": 1}


def test_the_share_of_women_is_of_officers_of_known_sex() -> None:
    small = trained(
        {"officer_key": "a"},
        {"officer_key": "a", "course_topic": "custody"},
        {"officer_key": "b", "sex": "M"},
        {"officer_key": "c", "sex": "_U"},
        {"officer_key": "d", "sex": None},
    )
    (row,) = year(small, "P3-OP-02")
    assert (row["numerator"], row["denominator"], row["n"], row["value"]) == (1, 2, 2, 50)


def test_who_passed_at_least_once_passed() -> None:
    small = trained(
        {"officer_key": "a", "test_taken": True, "test_passed": False},
        {"officer_key": "a", "course_code": "d", "test_taken": True, "test_passed": True},
        {"officer_key": "b", "test_taken": True, "test_passed": False},
        {"officer_key": "c", "test_taken": False},
        {"officer_key": "e", "course_topic": "custody", "test_taken": True, "test_passed": True},
    )
    (row,) = year(small, "P3-OP-03")
    assert (row["numerator"], row["denominator"]) == (1, 2)


def test_an_observation_counts_in_its_own_month_for_each_course() -> None:
    seen = {"observed_on": date(2026, 5, 2), "skill_applied": True}
    small = trained(
        {"officer_key": "a"} | seen,
        {"officer_key": "a", "course_code": "d"} | seen | {"skill_applied": False},
        {"officer_key": "b"} | seen | {"observed_on": date(2026, 3, 2)},  # too early
    )
    assert small.totals("P3-OC-01", "M", as_of=AS_OF) == {"2026-05": 50}


def year(small: SmallWarehouse, code: str) -> list[dict[str, Any]]:
    values = total_rows(small.compute(code, as_of=AS_OF))
    kept = values[(values["period"] == "2026") & (values["area"] == "C")]
    return kept.to_dict("records")
