"""Small queries of a warehouse, and rows into its mart; names quoted for SQL."""

from collections.abc import Sequence

import duckdb
import pyarrow as pa

from indicators.foundation.mart_tables import MART_TABLES
from indicators.foundation.sql_text import quoted

Connection = duckdb.DuckDBPyConnection


def has_rows(connection: Connection, schema: str, table: str) -> bool:
    """Whether the table holds a row; a mission need not have every source."""
    return single(connection, f"SELECT count(*) FROM {schema}.{quoted(table)}") > 0


def single(connection: Connection, query: str, parameters: object = ()) -> int:
    """The one whole number that a query gives; null counts as 0."""
    row = connection.execute(query, parameters).fetchone()
    return int(row[0] or 0) if row else 0


def insert_rows(connection: Connection, table: str, rows: Sequence[Sequence[object]]) -> None:
    """Appends rows to a mart table, in the order of its columns, as one batch."""
    if not rows:
        return
    columns = zip(*rows, strict=True)
    batch = pa.table(dict(zip(MART_TABLES[table], (pa.array(c) for c in columns), strict=True)))
    insert_table(connection, "mart", table, batch)


def insert_table(connection: Connection, schema: str, table: str, rows: pa.Table) -> None:
    """Adds an Arrow table's rows, its columns matched by name."""
    connection.register("incoming", rows)
    connection.execute(f"INSERT INTO {schema}.{quoted(table)} BY NAME SELECT * FROM incoming")
    connection.unregister("incoming")
