"""The mart's tables taken out of one database and put into another, without a path in SQL.

A warehouse is locked down and cannot attach or write files; rows leave it through Arrow.
"""

import ctypes
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import duckdb
import pyarrow as pa

from indicators.foundation.errors import Problem, WrongUse
from indicators.foundation.mart_tables import MART_TABLES
from indicators.foundation.stored.published_tables import attach_published
from pipelines.workspace.warehouse.inspect import Connection

Tables = Mapping[str, pa.Table]

_SETTINGS = {
    "threads": 1,
    "autoinstall_known_extensions": False,
    "autoload_known_extensions": False,
    "write_buffer_row_group_count": 1,  # as for a warehouse: rows that are written leave the memory
    "temp_directory": "",  # nothing of a release lies anywhere but in it
}
# Indicators in their order, so many together that sorting their rows takes little memory.
_PARTS_SQL = """
SELECT list(indicator) FROM (
  SELECT indicator, sum(count(*)) OVER (ORDER BY indicator) // 60_000 AS part
  FROM memory.mart.indicator_value GROUP BY indicator
) GROUP BY part ORDER BY part
"""


def take_tables(connection: Connection, mission: str) -> dict[str, pa.Table]:
    """Every mart table of one mission, in its declared columns, by name."""
    return {table: _take(connection, table, mission) for table in MART_TABLES}


def _take(connection: Connection, table: str, mission: str) -> pa.Table:
    columns = ", ".join(f'"{column}"' for column in MART_TABLES[table])
    query = f'SELECT {columns} FROM mart."{table}" WHERE mission = $mission ORDER BY ALL'
    return connection.sql(query, params={"mission": mission}).to_arrow_table()


def give_back() -> None:
    """Has the system get the memory of rows that went through Arrow: glibc would keep it."""
    if sys.platform == "linux":
        trim = getattr(ctypes.CDLL(None), "malloc_trim", None)  # not in every C library
        if trim is not None:
            trim(0)


def open_memory() -> Connection:
    """An empty database in memory, on one thread, so that orders and sums are always the same."""
    return duckdb.connect(":memory:", config=_SETTINGS)  # type: ignore[arg-type]


def open_database(path: Path) -> Connection:
    """A database that `write_database` wrote, read only, on one thread as above."""
    connection = duckdb.connect(str(path), read_only=True, config=_SETTINGS)  # type: ignore[arg-type]
    connection.execute("SET enable_progress_bar = false")  # a process of its own has no terminal
    return connection


def mart_tables(connection: Connection) -> list[str]:
    """The names of what a database holds in `mart`, in their order."""
    rows = connection.execute(
        "SELECT table_name FROM information_schema.tables WHERE table_schema = 'mart' ORDER BY ALL"
    ).fetchall()
    return [name for (name,) in rows]


def put_tables(connection: Connection, schema: str, tables: Tables) -> None:
    """Creates the tables in a schema, their rows in the given order."""
    connection.execute(f'CREATE SCHEMA IF NOT EXISTS "{schema}"')
    for name, rows in tables.items():
        connection.register("incoming", rows)
        connection.execute(f'CREATE TABLE "{schema}"."{name}" AS SELECT * FROM incoming')
        connection.unregister("incoming")


def write_database(path: Path, connection: Connection, release: str) -> None:
    """A new database with the tables of a connection's `mart`, their rows sorted, in `stored` and a
    view for each in `mart`.

    The view adds the release's name as its last column, so that the rows themselves stay the
    same whatever the release is called. `release` is a name made by `naming`, not free text.
    """
    there, tables = str(path).replace("'", "''"), mart_tables(connection)
    connection.execute(f"ATTACH '{there}' AS written; USE written")
    connection.begin()
    connection.execute("CREATE SCHEMA stored; CREATE SCHEMA mart")
    for name in tables:
        rows = f'FROM memory.mart."{name}"'
        if name == "indicator_value":  # one mission's, sorted by indicator first
            connection.execute(f"CREATE TABLE stored.{name} AS {rows} LIMIT 0")
            for part in connection.execute(_PARTS_SQL).fetchall():
                of_part = f"{rows} WHERE list_contains(?, indicator) ORDER BY ALL"
                connection.execute(f"INSERT INTO stored.{name} {of_part}", part)
        else:
            connection.execute(f'CREATE TABLE stored."{name}" AS {rows} ORDER BY ALL')
        connection.execute(
            f'CREATE VIEW mart."{name}" AS SELECT *, \'{release}\' AS release FROM stored."{name}"'
        )
    connection.commit()
    connection.execute("CHECKPOINT; USE memory; DETACH written")


@contextmanager
def opened_release(path: Path) -> Iterator[Connection]:
    """Its database behind schema `mart`, read only; `path` is that of `database_of`.

    Raises WrongUse where it is damaged.
    """
    with open_memory() as connection:
        try:
            attach_published(connection, path)
        except duckdb.Error as error:
            raise _damaged(path) from error
        yield connection


def require_readable(path: Path) -> Path:
    """The database of a release. Raises WrongUse where it is damaged."""
    with opened_release(path):
        return path


def _damaged(path: Path) -> WrongUse:
    words = {"file": f"{path.parent.name}/{path.name}"}
    return WrongUse(Problem("release_damaged", value=path.parents[1].name, parameters=words))
