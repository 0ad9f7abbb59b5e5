"""Protected kinds stand in a pooled code; totals stay true, and so do rates and shares."""

from typing import Any

import duckdb
import pytest

from indicators.compiler.cells.breakdowns import parts_sql
from indicators.disclosure.copy import restrict
from tests.indicators.disclosure.test_policy_table import CONFIRMED
from tests.worlds.rows.mart import empty_mart, fill, indicator, mission, value

KINDS = {"killing": 4, "injury": 3, "sexual_violence": 2}
RATES, SHARES, PERIODS = "P2-OC-07", "P2-OP-15", ("2026-Q2", "2026-05")


def a_mart(code: str, measure: str) -> duckdb.DuckDBPyConnection:
    mart = empty_mart()
    fill(mart, "indicator", [indicator(indicator=code, measure=measure, confidentiality="event")])
    cells = []
    for level in ("country", "admin1", "admin2"):
        for period in PERIODS:
            place = {"indicator": code, "area": level, "area_level": level, "period": period}
            for kind, count in {"_T": sum(KINDS.values()), **KINDS}.items():
                part = {} if kind == "_T" else {"breakdown": "incident_type"}
                cells.append(value(**place, **part, breakdown_value=kind,
                                   **_figures(measure, count)))  # fmt: skip
    fill(mart, "indicator_value", cells)
    return mart


def _figures(measure: str, count: int) -> dict[str, Any]:
    if measure == "ratio":  # every second case
        return {"value": 50.0, "numerator": count / 2, "denominator": count, "n": count}
    people = {"denominator": 1000} if measure == "rate" else {}
    return {"value": float(count), "numerator": count, "n": count} | people


def kinds(mart: duckdb.DuckDBPyConnection, level: str, period: str) -> dict[str, tuple[Any, ...]]:
    rows = mart.execute(
        "SELECT breakdown_value, value, numerator, denominator, n FROM mart.indicator_value "
        "WHERE area = ? AND period = ?",
        [level, period],
    ).fetchall()
    assert len(rows) == len({row[0] for row in rows})
    return {row[0]: row[1:] for row in rows}


@pytest.mark.parametrize(
    ("code", "measure", "pooled"),
    [
        (RATES, "rate", (5.0, 5.0, 1000.0, 5)),
        (RATES, "count", (5.0, 5.0, None, 5)),
        (SHARES, "ratio", (50.0, 2.5, 5.0, 5)),
    ],
)
def test_headquarters_sees_them_pooled_everywhere(
    code: str, measure: str, pooled: tuple[Any, ...]
) -> None:
    mart = a_mart(code, measure)
    restrict(mart, mission(indicators=[{"code": code}]), "hq")
    for level in ("country", "admin1", "admin2"):
        for period in PERIODS:
            found = kinds(mart, level, period)
            assert set(found) == {"_T", "killing", "injury_or_protected"}
            assert found["injury_or_protected"] == pooled
            assert found["_T"][-1] == 9 == found["killing"][-1] + pooled[-1]


def test_the_mission_sees_them_alone_by_quarter_and_first_level_only() -> None:
    mart = a_mart(RATES, "count")
    own = mission(indicators=[{"code": RATES}], disclosure={"mission": CONFIRMED})
    restrict(mart, own, "mission")
    for level in ("country", "admin1"):
        assert set(kinds(mart, level, "2026-Q2")) == {"_T", *KINDS}
        assert "sexual_violence" not in kinds(mart, level, "2026-05")
    assert "sexual_violence" not in kinds(mart, "admin2", "2026-Q2")


def test_by_month_a_kind_that_is_pooled_there_is_not_read_back_as_zero() -> None:
    """The copy has it by quarter: a zero by month would be false."""
    mart = a_mart(RATES, "count")
    mart.execute(
        """INSERT INTO mart.breakdown_grid
        SELECT DISTINCT mission, indicator, indicator_version, 'incident_type', area_level,
          period_type, 'zero' FROM mart.indicator_value"""
    )
    own = mission(indicators=[{"code": RATES}], disclosure={"mission": CONFIRMED})
    restrict(mart, own, "mission")
    query = f"SELECT breakdown_value, value FROM ({parts_sql('area_level = ? AND period = ?')})"
    by_month = dict(mart.execute(query, ["country", "2026-05"]).fetchall())
    assert by_month == {"killing": 4, "injury_or_protected": 5}
    by_quarter = dict(mart.execute(query, ["country", "2026-Q2"]).fetchall())
    assert by_quarter == KINDS


def test_a_mission_that_confirmed_nothing_sees_them_pooled() -> None:
    mart = a_mart(RATES, "count")
    restrict(mart, mission(indicators=[{"code": RATES}]), "mission")
    assert "sexual_violence" not in kinds(mart, "country", "2026-Q2")


def test_what_cannot_be_added_up_is_suppressed() -> None:
    mart = a_mart(RATES, "median")
    restrict(mart, mission(indicators=[{"code": RATES}]), "hq")
    row = "SELECT DISTINCT value, n, conf_status, disclosure FROM mart.indicator_value "
    pooled = mart.execute(row + "WHERE breakdown_value = 'injury_or_protected'").fetchall()
    assert pooled == [(None, None, "C", "suppressed")]


def test_where_no_threat_is_other_the_pool_still_holds_more_than_it_hides() -> None:
    mart = empty_mart()
    counted = {"measure": "count", "confidentiality": "event"}
    fill(mart, "indicator", [indicator(indicator="P2-OP-09", **counted)])
    threats = {"_T": 9, "armed_attack": 4, "crime": 3, "sexual_violence": 2}
    fill(mart, "indicator_value", [
        value(indicator="P2-OP-09", breakdown="_T" if kind == "_T" else "threat_type",
              breakdown_value=kind, **_figures("count", count))
        for kind, count in threats.items()
    ])  # fmt: skip
    restrict(mart, mission(indicators=[{"code": "P2-OP-09"}]), "hq")
    query = "SELECT breakdown_value, value, disclosure FROM mart.indicator_value ORDER BY ALL"
    assert mart.execute(query).fetchall() == [
        ("_T", 9, "exact"), ("armed_attack", 4, "exact"), ("crime_or_protected", 5, "exact"),
    ]  # fmt: skip
