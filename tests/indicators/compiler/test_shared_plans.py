"""Indicators of one plan share columns, conditions and derived values; no figure differs by it."""

from datetime import date

import duckdb
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from indicators.compiler.plan import CubePlan, cube_plans
from indicators.definitions.catalogue import load_catalogue
from indicators.definitions.expressions import any_of, broadest
from tests.worlds.cells import compute_cells
from tests.worlds.rows.catalogue import Size, fill_core
from tests.worlds.rows.warehouse import small_mission

SIZE = Size(4000, alerts=400, months=3)
COLUMNS = ("a", "b", "c")
CELL = "period_type, period, area, COLUMNS(* EXCLUDE (indicator, period_type, period, area))"


def of_activities() -> list[str]:
    return [entry.code for entry in load_catalogue().values() if entry.source == "activities"]


def plan_of(*codes: str) -> CubePlan:
    (plan,) = cube_plans([load_catalogue()[code] for code in codes])
    return plan


@pytest.fixture(scope="module")
def connection() -> duckdb.DuckDBPyConnection:
    connection = duckdb.connect()
    connection.execute("SET TimeZone = 'UTC'")
    fill_core(connection, SIZE)
    return connection


def cells(
    connection: duckdb.DuckDBPyConnection, *codes: str
) -> dict[str, list[tuple[object, ...]]]:
    mission = small_mission(codes, starts_on=date(2016, 7, 1), period_types=("M", "Q"))
    compute_cells(connection, mission, load_catalogue(), SIZE.last_day)
    return {
        code: connection.execute(
            f"SELECT {CELL} FROM cube.cell WHERE indicator = ? ORDER BY ALL", [code]
        ).fetchall()
        for code in codes
    }


def test_cells_are_the_same_together_and_alone(connection: duckdb.DuckDBPyConnection) -> None:
    together = cells(connection, *of_activities())
    for code in of_activities():
        assert together[code], code
        assert together[code] == cells(connection, code)[code], code


def test_what_two_indicators_count_is_one_column() -> None:
    shares = plan_of("P2-OP-01", "P2-OP-07")
    first, second = shares.indicators
    assert second.part("denominator") == first.part("numerator") == '"P2-OP-01 numerator"'
    assert list(shares.parts) == ['"P2-OP-01 numerator"', '"P2-OP-07 numerator"']


def test_a_derived_column_is_computed_where_its_readers_may_count() -> None:
    both = plan_of("P2-OP-04", "P2-OP-13")  # patrols by night, searches for weapons
    assert both.derived_where == {
        "time_of_day": "(activity_type = 'patrol' AND status = 'completed')"
    }
    assert plan_of("P2-OP-04").derived_where == {}
    entries = load_catalogue()
    of_escorts = entries["P2-OP-12"].model_copy(update={"disaggregate": {"time": "time_of_day"}})
    (three,) = cube_plans([entries["P2-OP-04"], of_escorts, entries["P2-OP-13"]])
    assert three.derived_where == {
        "time_of_day": "((activity_type = 'patrol' AND status = 'completed') OR "
        "(activity_type = 'escort' AND status = 'completed' AND "
        "convoy_type IN ('humanitarian', 'civilian_component')))"
    }


conditions = st.lists(
    st.lists(st.sampled_from(COLUMNS), min_size=1, max_size=3, unique=True).map(" AND ".join),
    min_size=1,
    max_size=5,
)


@settings(max_examples=60, deadline=None, derandomize=True)
@given(conditions)
def test_the_broadest_conditions_hold_where_any_holds(given_conditions: list[str]) -> None:
    kept = broadest(given_conditions)
    truth = "(VALUES (true), (false), (NULL)) AS"
    rows = ", ".join(f"{truth} {name}({name})" for name in COLUMNS)
    (differ,) = duckdb.execute(
        f"SELECT count(*) FILTER (WHERE ({any_of(given_conditions)}) IS DISTINCT FROM "
        f"({any_of(kept)})) FROM {rows}"
    ).fetchall()[0]
    assert differ == 0
    parts = [set(condition.split(" AND ")) for condition in kept]
    assert not any(one <= other for one in parts for other in parts if one is not other)
