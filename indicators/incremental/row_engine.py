"""Who goes over the rows of a plan: DuckDB where they lie, or an engine beside it.

Only that is heavy. What an engine gives back is the plan's cube, and all that follows is the same.
"""

from collections.abc import Sequence
from datetime import date
from typing import Protocol

import duckdb

from indicators.compiler.plan import CubePlan
from indicators.compiler.statements import cube_sql


class RowEngine(Protocol):
    """Works out the rows of a plan's cube from the core rows."""

    def begin(
        self,
        connection: duckdb.DuckDBPyConnection,
        plans: Sequence[CubePlan],
        functions: Sequence[str],
    ) -> None:
        """Before the first plan; `functions`: the macros of the mission (`functions_sql`).

        Raises WrongUse where it cannot do what any of the plans asks: all of it is told at once.
        """

    def cube_rows(
        self, connection: duckdb.DuckDBPyConnection, plan: CubePlan, months: list[date] | None
    ) -> str:
        """The SELECT that gives the rows of the plan's cube; `months`: of these alone."""


class DuckDBRows:
    """The rows where they lie: the compiler's statements, run by the warehouse itself."""

    def begin(
        self,
        connection: duckdb.DuckDBPyConnection,
        plans: Sequence[CubePlan],
        functions: Sequence[str],
    ) -> None:
        """Nothing to prepare: the statements are written for DuckDB."""

    def cube_rows(
        self, connection: duckdb.DuckDBPyConnection, plan: CubePlan, months: list[date] | None
    ) -> str:
        """The last of the plan's statements, after those before it were run."""
        *before, rows = cube_sql(plan, months)
        for statement in before:
            connection.execute(statement)
        return rows


DUCKDB = DuckDBRows()
