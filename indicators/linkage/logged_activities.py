"""Activities with all that their contract derives, for methods that look at single activities."""

from datetime import date

import duckdb

from indicators.contracts import contracts
from indicators.derived import cube_table_sql, derivation_order, functions_sql
from indicators.mission import Mission


def derive_activities(connection: duckdb.DuckDBPyConnection, mission: Mission, as_of: date) -> None:
    """Makes `cube.activities` whole, and the functions of expressions.

    The engine derives only the columns that selected indicators read, in its own connection.
    """
    for statement in functions_sql(mission, as_of.isoformat()):
        connection.execute(statement)
    for table in derivation_order({"activities"}):
        connection.execute(cube_table_sql(contracts()[table]))
