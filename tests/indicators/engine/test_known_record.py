"""Periods that the record holds only in part: never whole, never rated, never compared (49)."""

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import Any

import pytest

from indicators.assessment.rating import rate
from indicators.compiler.derived.functions import functions_sql
from indicators.definitions.catalogue import load_catalogue
from indicators.definitions.contracts import contracts
from indicators.engine.known_record import spans_of_indicators
from tests.worlds.rows.warehouse import SmallWarehouse, returned, small_mission, total_rows

AS_OF = date(2027, 6, 30)
YEAR = dict.fromkeys(range(1, 13), "nil")


def covering(
    small: SmallWarehouse, first: date | None, last: date | None, precision: str = "day"
) -> None:
    """The table of incidents is fed by a file that declares these days."""
    sha256 = f"{first} {last}"
    connection = small.connection
    connection.execute("INSERT INTO ops.covered_span VALUES (?, 'incidents', ?, ?, ?)",
                       [sha256, first, last, precision])  # fmt: skip
    connection.execute(
        "INSERT INTO ops.input_file (file_sha256, name, status) VALUES (?, ?, 'loaded')",
        [sha256, sha256],
    )


def event(day: date, **row: Any) -> dict[str, Any]:
    return {"occurred_on": day, **row}


def shown(small: SmallWarehouse, code: str, period_type: str, **more: Any) -> dict[str, Any]:
    """Period to status and value of the country's total."""
    values = total_rows(small.compute(code, **{"as_of": AS_OF, **more}))
    rows = values[(values["period_type"] == period_type) & (values["area"] == "C")]
    return {
        row.period: row.obs_status if row.value is None or row.value != row.value
        else f"{row.obs_status} {row.value:g}"
        for row in rows.itertuples()
    }  # fmt: skip


# Sources with returns -----------------------------------------------------------------------------


def test_a_period_that_begins_before_the_mission_is_known_in_part() -> None:
    small = SmallWarehouse()
    small.add("reporting_returns", returned(YEAR))
    found = shown(small, "P2-OP-01", "B")
    assert found["2025/26"] == "P 0"
    found = shown(small, "P2-OP-01", "B", starts_on=date(2025, 7, 1))
    assert found["2025/26"] == "P 0"  # the calendar begins in January
    assert shown(small, "P2-OP-01", "Q")["2026-Q1"] == "A 0"
    later = shown(small, "P2-OP-01", "Q", starts_on=date(2026, 1, 2))
    assert later["2026-Q1"] == "P 0" and later["2026-Q2"] == "A 0"


def test_a_period_that_ends_after_the_last_month_of_the_calendar_is_known_in_part() -> None:
    small = SmallWarehouse()
    small.add("reporting_returns", returned(dict.fromkeys(range(1, 9), "nil")))
    small.add("activities", [{"started_at": datetime(2026, 11, 3)}])
    quarters = shown(small, "P2-OP-01", "Q", as_of=date(2026, 12, 31))
    assert quarters == {"2026-Q1": "A 0", "2026-Q2": "A 0", "2026-Q3": "P 0", "2026-Q4": "P 1"}
    months = shown(small, "P2-OP-01", "M", as_of=date(2026, 12, 31))
    assert months["2026-08"] == "A 0" and months["2026-09"] == "O" and months["2026-11"] == "P 1"
    assert shown(small, "P2-OP-01", "A", as_of=date(2026, 12, 31))["2026"] == "P 1"


@pytest.mark.parametrize(("status", "expected"), [("no_access", "L"), ("not_submitted", "O")])
def test_without_anything_reported_in_the_known_part_it_stays_empty(
    status: str, expected: str
) -> None:
    small = SmallWarehouse()
    small.add("reporting_returns", returned(dict.fromkeys(range(1, 13), status)))
    assert shown(small, "P2-OP-01", "B")["2025/26"] == expected


def test_a_week_goes_with_the_month_of_its_thursday() -> None:
    small = SmallWarehouse()
    small.add("reporting_returns", returned(dict.fromkeys(range(1, 10), "nil")))
    weeks = shown(small, "P2-OP-01", "W", as_of=date(2026, 12, 31))
    assert weeks["2026-W01"] == "A 0"  # 29 December to 4 January
    assert weeks["2026-W39"] == "A 0" and weeks["2026-W40"] == "O"  # Thursday 1 October


# Cases that wait ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("code", "table", "whole_from"),
    [
        ("P3-OC-06", "justice_cases", "2026-07"),  # six months
        ("P3-OC-08", "police_complaints", "2026-04"),  # ninety days: 1 April holds 1 January
        ("P2-OC-02", "alerts", "2026-02"),  # three days at most
    ],
)
def test_a_month_whose_cases_began_before_the_record_is_known_in_part(
    code: str, table: str, whole_from: str
) -> None:
    small = SmallWarehouse()
    small.add("reporting_returns", returned(YEAR, source=table))
    days = [date(2025, 12, 1) + timedelta(days=15 * number) for number in range(26)]
    rows: Mapping[str, Any] = {
        "justice_cases": lambda day: {"case_code": str(day), "case_type": "sgbv",
                                      "area_code": "A1a", "referred_on": day},
        "police_complaints": lambda day: {"complaint_code": str(day), "complaint_type": "abuse",
                                          "area_code": "A1a", "received_on": day},
        "alerts": lambda day: {"received_at": datetime(day.year, day.month, day.day, 12)},
    }  # fmt: skip
    small.add(table, [rows[table](day) for day in days])
    months = shown(small, code, "M", as_of=date(2026, 12, 31))
    status = {period: text[0] for period, text in months.items() if not text.startswith("M")}
    assert {period for period, one in status.items() if one == "A"} == {
        f"2026-{month:02}" for month in range(int(whole_from[-2:]), 13)
    }
    assert set(status.values()) == {"A", "P"}


def test_the_waiting_time_of_each_matured_indicator_is_that_of_its_own_clock() -> None:
    """The day on which a case of the record's first day is ripe, by the contract's expression."""
    small = SmallWarehouse()
    mission = small_mission([])
    for statement in functions_sql(mission, AS_OF.isoformat()):
        small.connection.execute(statement)
    rows = {
        "P1-OC-02": ("commitments", "made_on", "sixty_days_on"),
        "P1-OC-06": ("local_agreements", "signed_on", "six_months_on"),
        "P2-OP-11": ("un_personnel", "arrived_on", "thirty_days_on"),
        "P3-OC-06": ("justice_cases", "referred_on", "six_months_on"),
        "P3-OC-08": ("police_complaints", "received_on", "ninety_days_on"),
    }
    entries = [load_catalogue()[code] for code in rows]
    spans = spans_of_indicators(small.connection, mission, entries)
    for code, (table, began, ripe) in rows.items():
        expression = contracts()[table].derived[ripe].sql or ""
        found = small.connection.execute(
            f"SELECT CAST({expression} AS DATE) FROM (SELECT DATE '2026-01-01' AS {began})"
        ).fetchone()
        assert found == (spans[code][0].known_from,), code


# Files that declare what they cover ---------------------------------------------------------------


def test_inside_the_days_that_a_file_covers_nothing_is_zero_and_outside_not_reported() -> None:
    small = SmallWarehouse()
    small.add("incidents", [event(date(2026, 2, 3)), event(date(2026, 9, 1))])
    covering(small, date(2026, 1, 1), date(2026, 6, 30))
    months = shown(small, "D-IM-02", "M", as_of=date(2026, 10, 31))
    assert months == {
        "2026-01": "A 0", "2026-02": "A 1", "2026-03": "A 0", "2026-04": "A 0", "2026-05": "A 0",
        "2026-06": "A 0", "2026-07": "O", "2026-08": "O", "2026-09": "P 1", "2026-10": "O",
    }  # fmt: skip
    quarters = shown(small, "D-IM-02", "Q", as_of=date(2026, 12, 31))
    assert quarters == {"2026-Q1": "A 1", "2026-Q2": "A 0", "2026-Q3": "P 1", "2026-Q4": "O"}


def test_a_budget_year_that_the_file_covers_by_half_is_known_in_part() -> None:
    """Seen: a file that begins in 2020 gave 2019/20 as complete."""
    small = SmallWarehouse()
    small.add("incidents", [event(date(2020, 3, 1)), event(date(2021, 3, 1))])
    covering(small, date(2020, 1, 1), date(2021, 6, 30))
    found = shown(small, "D-IM-02", "B", starts_on=date(2010, 1, 1), as_of=date(2022, 6, 30))
    assert found == {"2019/20": "P 1", "2020/21": "A 1", "2021/22": "O"}


def test_nothing_in_the_covered_half_of_a_period_is_a_provisional_zero() -> None:
    small = SmallWarehouse()
    small.add("incidents", [event(date(2026, 9, 1))])
    covering(small, date(2026, 1, 1), date(2026, 5, 31))
    quarters = shown(small, "D-IM-02", "Q", as_of=date(2026, 12, 31))
    assert quarters == {"2026-Q1": "A 0", "2026-Q2": "P 0", "2026-Q3": "P 1", "2026-Q4": "O"}


def test_a_row_of_the_unknown_part_says_nothing_of_the_known_one() -> None:
    small = SmallWarehouse()
    small.add("incidents", [event(date(2025, 9, 1), area_code="A1a")])
    values = total_rows(small.compute("D-IM-02", as_of=AS_OF))
    year = values[values["period"] == "2025/26"].set_index("area")
    assert year.loc["A2", "obs_status"] == "O"  # the mission begins in January 2026
    assert year.loc["A1a", "obs_status"] == "P"


def test_files_that_follow_each_other_are_one_record_and_a_gap_is_not_known() -> None:
    small = SmallWarehouse()
    small.add("incidents", [event(date(2026, 1, 3))])
    covering(small, date(2026, 1, 1), date(2026, 2, 14))
    covering(small, date(2026, 2, 15), date(2026, 3, 31))
    covering(small, date(2026, 6, 1), None)
    quarters = shown(small, "D-IM-02", "Q", as_of=date(2026, 9, 30))
    assert quarters == {"2026-Q1": "A 1", "2026-Q2": "P 0", "2026-Q3": "A 0"}
    assert shown(small, "D-IM-02", "M", as_of=date(2026, 9, 30))["2026-04"] == "O"


def test_a_file_by_year_says_nothing_of_its_months() -> None:
    small = SmallWarehouse()
    small.add("incidents", [event(date(2026, 1, 1), date_precision="year")])
    covering(small, date(2026, 1, 1), date(2027, 12, 31), "year")
    as_of = date(2027, 12, 31)
    assert shown(small, "D-IM-02", "A", as_of=as_of) == {"2026": "A 1", "2027": "A 0"}
    assert set(shown(small, "D-IM-02", "M", as_of=as_of).values()) == {"O"}
    assert set(shown(small, "D-IM-02", "B", as_of=as_of).values()) == {"O"}


def test_a_file_that_was_replaced_covers_nothing() -> None:
    small = SmallWarehouse()
    small.add("incidents", [event(date(2026, 3, 3))])
    covering(small, date(2026, 1, 1), date(2026, 12, 31))
    small.connection.execute(
        "UPDATE ops.input_file SET status = 'superseded' WHERE file_sha256 LIKE '2026%'"
    )
    assert shown(small, "D-IM-02", "M", as_of=date(2026, 4, 30))["2026-04"] == "O"


# What is known by its own date --------------------------------------------------------------------


def test_a_state_and_a_wave_are_known_by_their_own_date() -> None:
    small = SmallWarehouse()
    small.add("deployments", [{"from_on": date(2025, 9, 1), "personnel_count": 7}])
    assert shown(small, "D-OP-04", "B", as_of=date(2026, 6, 30))["2025/26"] == "A 7"
    small.add(
        "survey_respondents",
        [{"respondent_key": f"r{n}", "household_key": f"r{n}", "psu": str(n % 20)}
         for n in range(200)],
    )  # fmt: skip
    small.add(
        "survey_answers",
        [{"respondent_key": f"r{n}", "item": "safety_overall",
          "answer": "good" if n % 3 else "bad"} for n in range(200)],
    )  # fmt: skip
    budget_year = shown(small, "X-IM-01", "B", as_of=date(2026, 6, 30))["2025/26"]
    assert budget_year.startswith("A ")


# Neither rated nor compared -----------------------------------------------------------------------


def test_what_is_known_in_part_is_never_rated() -> None:
    small = SmallWarehouse()
    small.add("reporting_returns", returned(YEAR))
    small.add("activities", [{"started_at": datetime(2026, month, 5, 22), "ended_at":
                              datetime(2026, month, 5, 23)} for month in range(1, 13)])  # fmt: skip
    target = {"code": "P2-OP-04", "target": {"value": 50, "on": date(2026, 12, 31)}}
    small.compute(indicators=[target], as_of=AS_OF)
    rate(small.connection, small_mission([], indicators=[target]))
    ratings = dict(
        small.connection.execute(
            """SELECT period, rating FROM mart.indicator_value
            WHERE area = 'C' AND unit_type = '_T' AND period IN ('2025/26', '2026', '2026/27')"""
        ).fetchall()
    )
    assert ratings == {
        "2025/26": "not_enough_data", "2026": "achieved", "2026/27": "not_enough_data"
    }  # fmt: skip


@pytest.mark.parametrize(
    ("change", "written"),
    [
        ({"starts_on": date(2026, 1, 2)}, ["2026-01", "2026-Q1"]),
        ({"starts_on": date(2026, 4, 1)}, ["2026-01", "2026-02", "2026-03", "2026-Q1"]),
    ],
)
def test_where_the_record_begins_makes_a_kept_value_stale(
    change: dict[str, Any], written: list[str]
) -> None:
    small = SmallWarehouse()
    small.add("activities", [{"started_at": datetime(2026, month, 5)} for month in range(1, 7)])
    small.add("reporting_returns", returned(dict.fromkeys(range(1, 7), "submitted")))
    usual: dict[str, Any] = {"period_types": ("M", "Q"), "as_of": date(2026, 6, 30)}
    small.compute("P2-OP-01", **usual)
    small.compute("P2-OP-01", **usual, **change)
    stale = small.connection.execute(
        """SELECT period FROM stale_value WHERE period_type IN ('M', 'Q')
        ORDER BY period_type, period"""
    ).fetchall()
    assert [period for (period,) in stale] == written
    kept = small.connection.execute("FROM mart.indicator_value ORDER BY ALL").fetchall()
    small.connection.execute("DELETE FROM mart.indicator_value")
    small.compute("P2-OP-01", **usual, **change)
    assert small.connection.execute("FROM mart.indicator_value ORDER BY ALL").fetchall() == kept
