"""The cube's cells alone, without statuses and the mart: what a killed refresh could leave."""

from collections.abc import Mapping
from datetime import date

import duckdb

from indicators.compiler.derived.functions import functions_sql
from indicators.compiler.plan import cube_plans
from indicators.definitions.catalogue import selected_indicators
from indicators.definitions.indicator import Indicator
from indicators.definitions.mission_profile import Mission
from indicators.engine.refresh import _prepare, _run, row_statements
from indicators.foundation.mart_tables import mart_ddl
from indicators.foundation.stored.database import one_transaction
from indicators.incremental.cubes import materialize_cubes, note_cells
from indicators.incremental.inputs import table_totals
from indicators.incremental.row_engine import DUCKDB, RowEngine
from indicators.incremental.stored_columns import complete_rows


def compute_cells(
    connection: duckdb.DuckDBPyConnection,
    mission: Mission,
    catalogue: Mapping[str, Indicator],
    as_of: date,
    engine: RowEngine = DUCKDB,
) -> None:
    """Fill `cube.cell` alone: the register indicators' cells, without statuses and the mart.

    In one transaction too.
    """
    indicators = selected_indicators(catalogue, [chosen.code for chosen in mission.indicators])
    with one_transaction(connection):
        complete_rows(connection, mission)
        _run(connection, [*functions_sql(mission, as_of.isoformat()), *mart_ddl()])
        _prepare(connection, mission, indicators, as_of, {}, table_totals(connection))
        connection.execute("DROP TABLE IF EXISTS cube.kept_result")  # no value stands for these
        plans = cube_plans(indicators, weekly="W" in mission.period_types)
        functions = list(functions_sql(mission, as_of.isoformat()))
        engine.begin(row_statements(mission, indicators), functions)
        for plan in plans:
            materialize_cubes(connection, mission, plan, as_of, engine)
        note_cells(connection)
