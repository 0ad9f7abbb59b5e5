"""A transaction as a block: all of it or none of it."""

from collections.abc import Iterator
from contextlib import contextmanager

import duckdb


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
