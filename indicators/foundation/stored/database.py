"""A transaction as a block, all of it or none of it; rows by the names of their columns."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import duckdb

from indicators.foundation.sql_text import quoted


@contextmanager
def one_transaction(connection: duckdb.DuckDBPyConnection) -> Iterator[None]:
    """Undone whatever ends the block early: an error, an interrupt, a killed process."""
    connection.execute("BEGIN TRANSACTION")
    try:
        yield
    except BaseException:
        connection.execute("ROLLBACK")
        raise
    connection.execute("COMMIT")


def has_table(connection: duckdb.DuckDBPyConnection, schema: str, table: str) -> bool:
    """Whether the database has the table, with rows or without; not asked of a list of all."""
    try:
        connection.table(f"{quoted(schema)}.{quoted(table)}")
    except duckdb.CatalogException:
        return False
    return True


def named_rows(found: duckdb.DuckDBPyConnection) -> list[dict[str, Any]]:
    """The rows of the query just executed: plain Python values by the name of the column."""
    names = [column[0] for column in found.description or ()]
    return [dict(zip(names, row, strict=True)) for row in found.fetchall()]
