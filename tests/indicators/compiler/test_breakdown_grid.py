"""The lean grid: what has no row is read back as it was, and what is not there is said."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

import duckdb
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from indicators.compiler.cells.breakdowns import parts_sql
from indicators.compiler.cells.parts import written_sql
from indicators.foundation.mart_tables import DIMENSIONS, VALUE_COLUMNS, mart_ddl
from tests.worlds.rows.warehouse import SmallWarehouse, returned

Cell = tuple[str, str, str]  # period, sex, age group
Figure = tuple[str, float | None]
PERIODS = ("2026-01", "2026-02", "2026-03")
SEXES, AGES = ("F", "M", "_U"), ("Y18T29", "Y30T44")
statuses = st.sampled_from("APOL")
figures = st.tuples(statuses, st.sampled_from([0, 0, 0, 1, 7]))


def figure(status: str, count: int) -> Figure:
    return (status, float(count)) if status in "AP" else (status, None)


@settings(deadline=None, derandomize=True, max_examples=60)
@given(
    totals=st.tuples(*[statuses] * len(PERIODS)),
    parts=st.dictionaries(
        st.tuples(
            st.sampled_from(PERIODS),
            st.sampled_from(("_T", *SEXES)),
            st.sampled_from(("_T", *AGES)),
        ),
        figures,
        max_size=20,
    ),
)
def test_the_full_grid_is_read_back_from_the_lean_one(
    totals: tuple[str, ...], parts: dict[Cell, tuple[str, int]]
) -> None:
    full: dict[Cell, Figure] = {}
    own = dict(zip(PERIODS, (figure(status, 9) for status in totals), strict=True))
    zero = {period: figure(status, 0) for period, (status, _) in own.items()}
    counted = {cell: figure(*given) for cell, given in parts.items() if cell[1:] != ("_T", "_T")}
    counted = {cell: found for cell, found in counted.items() if found != zero[cell[0]]}
    crossed = {cell for cell in counted if "_T" not in cell}
    codes = {cell[1:] for cell in counted} - {cell[1:] for cell in crossed}
    codes |= {(one[1], other[2]) for one in crossed for other in crossed}
    for period in PERIODS:  # every code of the indicator in every period, slow and obvious
        for sex, age in codes:
            full[period, sex, age] = counted.get((period, sex, age), zero[period])
    written = lean({**full, **{(period, "_T", "_T"): total for period, total in own.items()}})
    assert stored_parts(written) == counted
    assert read_back(written) == full


def lean(cells: Mapping[Cell, Figure]) -> duckdb.DuckDBPyConnection:
    """A mart with what the engine writes of these cells of a count."""
    rows = [
        {
            **dict.fromkeys(VALUE_COLUMNS),
            **dict.fromkeys(DIMENSIONS, "_T"),
            "mission": "m", "indicator": "I", "indicator_version": 1, "area": "C",
            "area_level": "country", "period_type": "M", "period": period, "conf_status": "F",
            "sex": sex, "age_group": age, "obs_status": status,
            "value": value, "numerator": value, "n": value,
        }
        for (period, sex, age), (status, value) in cells.items()
    ]  # fmt: skip
    mart = duckdb.connect()
    for statement in mart_ddl():
        mart.execute(statement)
    mart.register("rows", pd.DataFrame(rows, dtype=object))
    casts = ", ".join(
        f'CAST("{name}" AS {kind}) AS "{name}"' for name, kind in VALUE_COLUMNS.items()
    )
    mart.execute("CREATE SCHEMA cube")
    mart.execute("CREATE TABLE cube.breakdown (indicator TEXT, dimension TEXT, absent TEXT)")
    for dimension in ("sex", "age_group", "sex_age"):
        mart.execute("INSERT INTO cube.breakdown VALUES ('I', ?, 'zero')", [dimension])
        mart.execute(
            "INSERT INTO mart.breakdown_grid VALUES ('m', 'I', 1, ?, 'country', 'M', 'zero')",
            [dimension],
        )
    mart.execute(
        f"INSERT INTO mart.indicator_value BY NAME {written_sql(f'SELECT {casts} FROM rows')}"
    )
    return mart


def stored_parts(mart: duckdb.DuckDBPyConnection) -> dict[Cell, Figure]:
    return cells_of(
        mart, "SELECT * FROM mart.indicator_value WHERE sex <> '_T' OR age_group <> '_T'"
    )


def read_back(mart: duckdb.DuckDBPyConnection) -> dict[Cell, Figure]:
    return cells_of(mart, parts_sql())


def cells_of(mart: duckdb.DuckDBPyConnection, query: str) -> dict[Cell, Figure]:
    columns = "period, sex, age_group, obs_status, value, numerator, n"
    found = mart.execute(f"SELECT {columns} FROM ({query})").fetchall()
    assert all(value == numerator == n for *_, value, numerator, n in found)
    cells = {(period, sex, age): (status, value) for period, sex, age, status, value, *_ in found}
    assert len(cells) == len(found)
    return cells


@pytest.fixture
def small() -> SmallWarehouse:
    """Patrols on foot of a formed unit; single officers owe returns too, and one is missing."""
    warehouse = SmallWarehouse()
    days = [datetime(2026, month, 5) for month in (1, 2)]
    warehouse.add("activities", [{"started_at": day, "patrol_mode": "foot"} for day in days])
    formed = returned(dict.fromkeys((1, 2, 3), "submitted"))
    single = returned({1: "submitted", 2: "not_submitted", 3: "nil"}, unit_code="P2")
    warehouse.add("reporting_returns", [*formed, *single])
    return warehouse


def parts(small: SmallWarehouse, where: str) -> list[tuple[Any, ...]]:
    return small.connection.execute(
        f"""SELECT period, obs_status, value, returns_due, returns_received
        FROM ({parts_sql("area = 'C' AND period_type = 'M'")}) WHERE {where} ORDER BY period"""
    ).fetchall()


def test_a_unit_type_that_owed_a_return_has_a_state_of_its_own(small: SmallWarehouse) -> None:
    small.compute("P2-OP-01", as_of=date(2026, 3, 31))
    assert parts(small, "unit_type = 'IPO'") == [
        ("2026-01", "A", 0, 1, 1), ("2026-02", "O", None, 1, 0), ("2026-03", "A", 0, 1, 1),
    ]  # fmt: skip
    assert parts(small, "unit_type = 'FPU'") == [
        ("2026-01", "A", 1, 1, 1), ("2026-02", "A", 1, 1, 1), ("2026-03", "A", 0, 1, 1),
    ]  # fmt: skip
    assert parts(small, "unit_type NOT IN ('IPO', 'FPU', '_T')") == []  # nothing due: no part


def test_what_was_not_counted_is_zero_where_the_total_is_known(small: SmallWarehouse) -> None:
    values = small.compute("P2-OP-01", as_of=date(2026, 3, 31))
    assert parts(small, "breakdown_value = 'foot'") == [
        ("2026-01", "A", 1, 2, 2), ("2026-02", "P", 1, 2, 1), ("2026-03", "A", 0, 2, 2),
    ]  # fmt: skip
    stored = values[(values["breakdown_value"] == "foot") & (values["period"] == "2026-03")]
    assert stored.empty


def test_the_grid_says_where_there_are_parts(small: SmallWarehouse) -> None:
    small.compute("P2-OP-01", as_of=date(2026, 3, 31))
    grid = small.connection.execute(
        """SELECT dimension, area_level, string_agg(period_type, '' ORDER BY period_type), absent
        FROM mart.breakdown_grid GROUP BY ALL ORDER BY ALL"""
    ).fetchall()
    assert [line for line in grid if line[0] == "patrol_mode"] == [
        ("patrol_mode", "admin1", "ABMQ", "zero"),
        ("patrol_mode", "admin2", "Q", "zero"),
        ("patrol_mode", "country", "ABMQ", "zero"),
        ("patrol_mode", "site", "Q", "zero"),
    ]
    assert {absent for dimension, _, _, absent in grid if dimension == "unit_type"} == {"no_part"}


def test_each_level_has_the_periods_of_the_grid(small: SmallWarehouse) -> None:
    values = small.compute("P2-OP-01", "P1-OP-04", as_of=date(2026, 3, 31))
    is_total = (values[list(DIMENSIONS)] == "_T").all(axis=1)
    patrols = values["indicator"] == "P2-OP-01"  # the list asks for it by week
    found = {
        level: "".join(sorted(set(rows["period_type"])))
        for level, rows in values[is_total & patrols].groupby("area_level")
    }
    assert found == {"country": "ABMQSW", "admin1": "ABMQSW", "admin2": "ABMQSW", "site": "MQ"}
    assert set(values.loc[is_total & ~patrols, "period_type"]) == set("MQSAB")
    assert set(values.loc[~is_total, "period_type"]) == set("MQAB")
    fine = values[~is_total & values["area_level"].isin(["admin2", "site"])]
    assert set(fine["period_type"]) == {"Q"}
