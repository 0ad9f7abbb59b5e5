"""The rows of a plan by Apache Spark, over the same rows as Parquet.

The plan is the one that DuckDB runs: its statements are translated (`translation.py`), run at the
master that is named, and their rows come back as the types that DuckDB would give.
"""

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import duckdb

from indicators.engine.spark.row_files import write_row_files
from indicators.engine.spark.session import open_session
from indicators.engine.spark.translation import (
    Macro,
    Statement,
    read_macros,
    translated,
    view_name,
)
from indicators.foundation.errors import Problem, WrongUse

if TYPE_CHECKING:
    import pyarrow as pa
    from pyspark.sql import DataFrame, SparkSession


class SparkRows:
    """A row engine at one master. `folder`: where the rows lie as Parquet, for it to read."""

    def __init__(self, master: str, folder: Path) -> None:
        self._master = master
        self._folder = folder
        self._macros: dict[str, Macro] = {}
        self._session: SparkSession | None = None
        self._tables: set[tuple[str, str]] = set()

    def begin(self, statements: Iterable[str], functions: Sequence[str]) -> None:
        """Translates every statement once, before any row is read.

        Raises WrongUse with all that cannot be said in Spark.
        """
        self._macros, self._tables = read_macros(functions), set()
        problems: dict[str, Problem] = {}
        for text in statements:
            try:
                self._tables |= translated(text, self._macros).tables
            except WrongUse as error:
                problems |= {problem.sentence(): problem for problem in error.problems}
        if problems:
            raise WrongUse(list(problems.values()))

    def rows(self, connection: duckdb.DuckDBPyConnection, plan: Sequence[str]) -> str:
        """The SELECT over a table of the rows that Spark gave.

        Raises WrongUse where the cluster does not answer or gives up: nothing was changed.
        """
        from py4j.protocol import Py4JError
        from pyspark.errors import PySparkException

        *before, rows = (translated(text, self._macros) for text in plan)
        try:
            found = self._run(connection, before, rows)
        except (PySparkException, Py4JError, OSError) as error:
            told = str(error).strip().partition("\n")[0][:300]
            problem = Problem("spark_gave_up", value=self._master, parameters={"told": told})
            raise WrongUse(problem) from error
        return _typed(connection, before, rows, found)

    def _run(
        self, connection: duckdb.DuckDBPyConnection, before: Sequence[Statement], rows: Statement
    ) -> "pa.Table":
        session = self._open(connection)
        held = []
        for statement in before:
            frame = _frame(session, statement).persist()
            frame.createOrReplaceTempView(statement.creates)
            held.append(frame)
        found = _frame(session, rows).toArrow()
        for frame in held:
            frame.unpersist()
        return found

    def _open(self, connection: duckdb.DuckDBPyConnection) -> "SparkSession":
        """The session with a view of every table, opened when the first plan asks for it."""
        if self._session is None:
            files = write_row_files(connection, self._tables, self._folder)
            self._session = open_session(self._master)
            for (schema, table), paths in files.items():
                frame = self._session.read.parquet(*(str(path) for path in paths))
                frame.createOrReplaceTempView(view_name(schema, table))
        return self._session


def _frame(session: "SparkSession", statement: Statement) -> "DataFrame":
    """What the statement gives; its parts one below the other, by the names of their columns."""
    first, *others = (session.sql(text) for text in statement.selects)
    for other in others:
        first = first.unionByName(other, allowMissingColumns=True)
    return first


def _typed(
    connection: duckdb.DuckDBPyConnection,
    before: Sequence[Statement],
    rows: Statement,
    found: "pa.Table",
) -> str:
    """Puts what was found into a table of the types that DuckDB gives the same statement."""
    for statement in before:
        _create_empty(connection, statement.creates, statement.text)
    _create_empty(connection, "rows_of_spark", rows.text)
    connection.register("found_by_spark", found)
    connection.execute("INSERT INTO rows_of_spark BY NAME SELECT * FROM found_by_spark")
    connection.unregister("found_by_spark")
    return "SELECT * FROM rows_of_spark"


def _create_empty(connection: duckdb.DuckDBPyConnection, name: str, query: str) -> None:
    connection.execute(f"CREATE OR REPLACE TEMP TABLE {name} AS SELECT * FROM ({query}) LIMIT 0")
