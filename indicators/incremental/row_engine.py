"""Who goes over rows: DuckDB where they lie, or an engine beside it.

Only that is heavy. A plan is a list of statements, written once: those of a base cube
(`compiler.statements.cube_sql`), of a survey's sums by sampling unit (`survey.inputs.one_pass`), of
the case series' cells by day (`linkage.methods.case_series.day_cells_sql`). What comes back is
small, and all that follows is the same.
"""

from collections.abc import Iterable, Sequence
from typing import Protocol

import duckdb


class RowEngine(Protocol):
    """Works out the rows of a plan from those of the warehouse."""

    def begin(self, statements: Iterable[str], functions: Sequence[str]) -> None:
        """Before the first plan, with the statements of all that will be asked.

        `functions`: the macros of the mission (`functions_sql`). Raises WrongUse where it cannot do
        what any of them asks: all of it is told at once.
        """

    def rows(self, connection: duckdb.DuckDBPyConnection, plan: Sequence[str]) -> str:
        """The SELECT that gives the rows of the plan's last statement, after those before it."""


class DuckDBRows:
    """The rows where they lie: the plan's own statements, run by the warehouse itself."""

    def begin(self, statements: Iterable[str], functions: Sequence[str]) -> None:
        """Nothing to prepare: the statements are written for DuckDB."""

    def rows(self, connection: duckdb.DuckDBPyConnection, plan: Sequence[str]) -> str:
        """The last of the plan's statements, after those before it were run."""
        *before, rows = plan
        for statement in before:
            connection.execute(statement)
        return rows


DUCKDB = DuckDBRows()
