"""Cubes and cells that are kept from one refresh to the next, by month.

A month whose content is unchanged keeps its rows in the cube, a period without a changed month its
cells. Whatever is in doubt is computed anew: all of a plan where its definition, the places or a
table that it looks at as a whole changed; states and rates always.
"""

from collections.abc import Mapping, Sequence
from datetime import date

import duckdb

from indicators.compiler.cells.statuses import CELL_COLUMNS
from indicators.compiler.derived.functions import functions_sql
from indicators.compiler.plan import CubePlan, cube_plans, roll_up_plans
from indicators.compiler.statements import cube_sql, plan_cells_sql
from indicators.definitions.indicator import Indicator
from indicators.definitions.mission_profile import Mission
from indicators.foundation.stored.database import has_table
from indicators.incremental.partition_fingerprints import (
    changed_months,
    definition_of,
    find_changes,
    fingerprint_sql,
    reads_the_as_of_day,
)
from indicators.incremental.row_engine import RowEngine
from indicators.incremental.rows_by_month import (
    Clock,
    clock_of,
    clocks_of,
    count_rows_by_month,
    own_source,
)

STALE = "stale_period"
IN_STALE = f"(period_type, period) IN (SELECT (period_type, period) FROM {STALE})"
NO_MORE = "(period_type, period) NOT IN (SELECT (period_type, period) FROM cube.period)"
_KEPT_TABLES = {
    "cell": CELL_COLUMNS,
    "cell_content": {
        **{name: CELL_COLUMNS[name] for name in ("indicator", "period_type", "period")},
        "content": "VARCHAR",
    },
}


def prepare_cubes(
    connection: duckdb.DuckDBPyConnection,
    mission: Mission,
    indicators: Sequence[Indicator],
    others: Mapping[str, Clock],
    totals: Mapping[str, str],
) -> None:
    """Make the kept tables; cells and contents of what is no longer computed go.

    Looks at the rows of every source once by each clock (`rows_by_month`, `changed_month`).
    `others`: tables beside the cubes that are kept by month, and what each reads. `totals`: of
    the core tables.
    """
    for table, columns in _KEPT_TABLES.items():
        body = ", ".join(f'"{name}" {sql_type}' for name, sql_type in columns.items())
        connection.execute(f"CREATE TABLE IF NOT EXISTS cube.{table} ({body})")
    plans = cube_plans(indicators, weekly="W" in mission.period_types)
    asked = [*map(clock_of, plans), *others.values()]
    clocks = clocks_of(asked, map(own_source, indicators), "W" in mission.period_types)
    count_rows_by_month(connection, clocks)
    find_changes(connection, clocks, totals)
    codes = [entry.code for entry in indicators]
    held = connection.execute("SELECT DISTINCT indicator FROM cube.cell_content").fetchall()
    drop_cells(connection, [code for (code,) in held if code not in codes])
    connection.execute(
        "DELETE FROM cube.plan_definition WHERE NOT list_contains(?, plan)",
        [[*(plan.name for plan in plans), *others]],
    )


def materialize_cubes(
    connection: duckdb.DuckDBPyConnection,
    mission: Mission,
    plan: CubePlan,
    as_of: date,
    engine: RowEngine,
) -> list[date] | None:
    """One plan's cube and the cells of its indicators, as far as anything changed.

    The months that changed, then the table `STALE` names the periods that share a day with them;
    None: no cell was kept.
    """
    months = _stale_months(connection, mission, plan, as_of)
    if months is None or months:
        rows = engine.rows(connection, cube_sql(plan, months))
    if months is None:
        connection.execute(f"CREATE OR REPLACE TABLE cube.{plan.name} AS {rows}")
    elif months:
        connection.execute(f"DELETE FROM cube.{plan.name} WHERE list_contains(?, month)", [months])
        connection.execute(f"INSERT INTO cube.{plan.name} BY NAME {rows}")
    changed = None if plan.population else months
    _fill_cells(connection, plan, changed)
    return changed


def _stale_months(
    connection: duckdb.DuckDBPyConnection, mission: Mission, plan: CubePlan, as_of: date
) -> list[date] | None:
    clock = clock_of(plan)
    if plan.state is not None or clock is None:
        return None
    months = changed_months(connection, plan.name, clock, _definition(mission, plan, as_of))
    return months if has_table(connection, "cube", plan.name) else None


def _definition(mission: Mission, plan: CubePlan, as_of: date) -> str:
    """All text that the plan's cells follow from; the as-of date only where it is looked at."""
    day = as_of.isoformat() if reads_the_as_of_day(plan) else ""
    cells = [plan_cells_sql(part) for part in roll_up_plans(plan)]
    return definition_of(
        [*cube_sql(plan), *cells, *functions_sql(mission, day), ",".join(mission.period_types)]
    )


def _fill_cells(
    connection: duckdb.DuckDBPyConnection, plan: CubePlan, months: list[date] | None
) -> None:
    codes = [planned.code for planned in plan.indicators]
    if months is None:
        drop_cells(connection, codes)
        for part in roll_up_plans(plan):
            connection.execute(f"INSERT INTO cube.cell BY NAME {plan_cells_sql(part)}")
        return
    if not months:
        return
    _fill_stale_periods(connection, months)
    drop_cells(connection, codes, IN_STALE)
    for part in roll_up_plans(plan):
        connection.execute(f"INSERT INTO cube.cell BY NAME {plan_cells_sql(part, STALE)}")


def drop_cells(
    connection: duckdb.DuckDBPyConnection, codes: Sequence[str], where: str = "true"
) -> None:
    """Delete cells of these indicators, and what is noted of them."""
    for table in ("cell", "cell_content") if codes else ():
        connection.execute(
            f"DELETE FROM cube.{table} WHERE list_contains(?, indicator) AND ({where})", [codes]
        )


def note_cells(connection: duckdb.DuckDBPyConnection) -> None:
    """Note the content of cells that were written since: `cube.cell_content`, by period.

    Whoever deletes cells deletes their content, so that what is not there is new.
    """
    connection.execute(
        f"""INSERT INTO cube.cell_content
        SELECT indicator, period_type, period, {fingerprint_sql(CELL_COLUMNS)}
        FROM cube.cell ANTI JOIN cube.cell_content USING (indicator, period_type, period)
        GROUP BY ALL"""
    )


def _fill_stale_periods(connection: duckdb.DuckDBPyConnection, months: list[date]) -> None:
    """The periods that share a day with a changed month, and all months of these periods."""
    connection.execute(
        f"""CREATE OR REPLACE TEMP TABLE {STALE} AS
        SELECT DISTINCT period_type, period, period_start, period_end
        FROM cube.period
        JOIN (SELECT CAST(unnest(?) AS DATE) AS month) AS changed
          ON period_start <= last_day(changed.month) AND period_end >= changed.month""",
        [months],
    )
    connection.execute(
        f"""CREATE OR REPLACE TEMP TABLE month_of_{STALE} AS
        SELECT DISTINCT CAST(unnest(generate_series(
          date_trunc('month', period_start), period_end, INTERVAL 1 MONTH)) AS DATE) AS month
        FROM {STALE}"""
    )
