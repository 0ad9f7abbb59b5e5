"""The nearest place in force by the grid is, bit for bit, the nearest among all places."""

from datetime import date, timedelta
from typing import Any

import pandas as pd
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from indicators.compiler.ctes import with_stages
from indicators.compiler.derived.columns import derivation_stages
from indicators.compiler.derived.functions import functions_sql
from indicators.definitions.contracts import contracts
from tests.worlds.rows.warehouse import SmallWarehouse, small_mission

COLUMN = "km_to_nearest_base"
FIRST = date(2025, 11, 1)
days = st.integers(0, 400).map(lambda count: FIRST + timedelta(days=count))
Rows = list[dict[str, Any]]


def degrees(least: int, most: int, parts: int) -> st.SearchStrategy[float]:
    return st.integers(least * parts, most * parts).map(lambda count: count / parts)


def places(**more: st.SearchStrategy[Any]) -> st.SearchStrategy[dict[str, Any]]:
    """Crowded in two by two degrees, or all over the earth with poles and date line."""
    crowded = {"latitude": degrees(-1, 1, 40), "longitude": degrees(-1, 1, 40)}
    anywhere = {"latitude": degrees(-90, 90, 8), "longitude": degrees(-180, 180, 8)}
    return st.fixed_dictionaries({**crowded, **more}) | st.fixed_dictionaries({**anywhere, **more})


incidents = places(occurred_on=days)
bases = places(from_on=days, to_on=st.none() | days)


@pytest.fixture(scope="module")
def small() -> SmallWarehouse:
    warehouse = SmallWarehouse()
    for statement in functions_sql(small_mission([]), "2027-12-31"):
        warehouse.connection.execute(statement)
    return warehouse


def fill(small: SmallWarehouse, rows: Rows, in_force: Rows) -> None:
    for table, added in (("incidents", rows), ("deployments", in_force)):
        small.connection.execute(f"DELETE FROM core.{table}")
        small.add(table, added)


def by_grid(small: SmallWarehouse) -> list[float | None]:
    stages = derivation_stages(contracts()["incidents"], {COLUMN, "file_sha256"})
    text = with_stages(stages, f"SELECT {COLUMN} FROM {stages[-1].name}")
    return [km for (km,) in small.connection.execute(text).fetchall()]


def slowly(small: SmallWarehouse, size: int) -> list[float | None]:
    """Kilometres from each incident to each base, those in force on its day, and their least."""
    pairs = small.connection.execute(
        """SELECT incident.row_number, incident.occurred_on, base.from_on, base.to_on,
          great_circle_km(incident.latitude, incident.longitude, base.latitude, base.longitude)
            AS km
        FROM core.incidents AS incident CROSS JOIN core.deployments AS base"""
    ).df()
    begun = pairs["from_on"] <= pairs["occurred_on"]
    not_ended = pairs["to_on"].isna() | (pairs["to_on"] >= pairs["occurred_on"])
    least = pairs[begun & not_ended].groupby("row_number")["km"].min().reindex(range(size))
    return [None if pd.isna(km) else km for km in least]


def base(latitude: float, longitude: float, to_on: date | None = None) -> dict[str, Any]:
    return {"latitude": latitude, "longitude": longitude, "from_on": FIRST, "to_on": to_on}


def incident(latitude: float | None, longitude: float, on: date = FIRST) -> dict[str, Any]:
    return {"latitude": latitude, "longitude": longitude, "occurred_on": on}


FEBRUARY = date(2026, 2, 10)


@settings(max_examples=100, deadline=None, derandomize=True)
@given(st.lists(incidents, max_size=25), st.lists(bases, max_size=12))
# A corner's nearest place is almost two half-diagonals farther from the middle than another place.
@example([incident(0.249, 0.249, FEBRUARY)], [base(-0.3, -0.3), base(0.79, 0.79)])
@example([incident(0.99, 0.99, FEBRUARY)], [base(-0.3, -0.3), base(2.27, 2.27)])
# What ends within the quarter is near on its last day and no longer.
@example(
    [incident(0.24, 0.24, FEBRUARY), incident(0.24, 0.24, FEBRUARY + timedelta(1))],
    [base(0.1, 0.1, to_on=FEBRUARY), base(0.9, 0.9)],
)
@example([incident(None, 1)], [base(1, 1)])
def test_the_grid_finds_the_nearest_of_all(
    small: SmallWarehouse, rows: Rows, in_force: Rows
) -> None:
    fill(small, rows, in_force)
    assert by_grid(small) == slowly(small, len(rows))


@pytest.mark.parametrize("own, other", [(179.99, -179.99), (-180, 180)])
def test_the_date_line_is_no_border(small: SmallWarehouse, own: float, other: float) -> None:
    fill(small, [incident(0, own)], [base(0, other), base(0, 170)])
    assert by_grid(small) == [pytest.approx(111.195 * (360 - abs(own) - abs(other)), abs=0.001)]
