"""A mission's warehouse and archive: locked, damaged, of an earlier version, tables missing,
ledger and files apart.
"""

from collections.abc import Iterator
from pathlib import Path

import duckdb

from indicators.foundation.errors import Problem, WrongUse
from indicators.foundation.mart_tables import MART_TABLES
from pipelines.ingest.archive import archived_path, sha256_of
from pipelines.warehouse import ledger
from pipelines.warehouse.connection import locked
from pipelines.warehouse.ddl import tables
from pipelines.warehouse.last_state import copy_of
from pipelines.workspace.paths import Workspace

_NAMED = 5
Columns = dict[tuple[str, str], dict[str, str]]


def warehouse_problems(workspace: Workspace, mission: str) -> Iterator[Problem]:
    """What is wrong; where the warehouse is being written just now, with its last state."""
    path = workspace.warehouse(mission)
    if not path.is_file():
        return  # nothing has been taken in yet
    name = path.relative_to(workspace.home).as_posix()
    try:
        with locked(path):
            yield from _examined(workspace, mission, path, name, is_written=False)
    except WrongUse:
        if (copy := copy_of(path)).is_file():
            yield from _examined(workspace, mission, copy, name, is_written=True)
        else:
            yield Problem("doctor_locked", name)


def _examined(
    workspace: Workspace, mission: str, path: Path, name: str, *, is_written: bool
) -> Iterator[Problem]:
    """`is_written`: files come into the archive of which this state knows nothing yet."""
    try:
        with duckdb.connect(str(path), read_only=True) as connection:
            there = _columns(connection)
            if _is_of_an_earlier_version(there):
                yield Problem("doctor_earlier_version", name, parameters={"mission": mission})
                return
            yield from _schema(connection, there, name)
            yield from (
                problem
                for problem in _archive(connection, workspace, mission)
                if not is_written or problem.rule != "doctor_archive_unknown"
            )
    except duckdb.Error as error:
        kind = {"reason": type(error).__name__}
        yield Problem("doctor_warehouse_damaged", name, parameters=kind)


def _columns(connection: duckdb.DuckDBPyConnection) -> Columns:
    """(schema, table): the type of each of its columns, in their order."""
    rows = connection.execute(
        "SELECT schema_name, table_name, column_name, data_type FROM duckdb_columns() "
        "WHERE NOT internal ORDER BY schema_name, table_name, column_index"
    ).fetchall()
    found: Columns = {}
    for schema, table, column, kind in rows:
        found.setdefault((schema, table), {})[column] = kind
    return found


def _is_of_an_earlier_version(found: Columns) -> bool:
    """Whether tables lack columns, or those of the mart have others: damage does neither."""
    lacks = any(columns.keys() - found.get((s, t), columns).keys() for s, t, columns in tables())
    return lacks or any(
        list(found.get(("mart", table), columns)) != list(columns)
        for table, columns in MART_TABLES.items()
    )


def _schema(connection: duckdb.DuckDBPyConnection, found: Columns, name: str) -> Iterator[Problem]:
    """Tables that are missing, and columns of another type than the contracts say."""
    missing, other = [], []
    for schema, table, columns in tables():
        there = found.get((schema, table))
        if there is None:
            missing.append(f"{schema}.{table}")
            continue
        wanted = {column: _type(connection, kind) for column, kind in columns.items()}
        other += [
            f"{schema}.{table}.{column}" for column, kind in wanted.items() if there[column] != kind
        ]
    for rule, names in (("doctor_tables_missing", missing), ("doctor_column_types", other)):
        if names:
            yield Problem(rule, name, parameters={"names": _some(names)})


def _type(connection: duckdb.DuckDBPyConnection, kind: str) -> str:
    """The type as DuckDB itself writes it: `DECIMAL(9, 2)` is `DECIMAL(9,2)` there."""
    ((name,),) = connection.execute(f"SELECT typeof(CAST(NULL AS {kind}))").fetchall()
    return str(name)


def _archive(
    connection: duckdb.DuckDBPyConnection, workspace: Workspace, mission: str
) -> Iterator[Problem]:
    """Files that the ledger knows and the archive lacks or holds changed, and the other way."""
    archive = workspace.archive(mission)
    folder = archive.relative_to(workspace.home).as_posix()
    entries = [entry for entry in ledger.all_files(connection) if entry.archive_sha256]
    gone, changed = [], []
    for entry in entries:
        path = archived_path(archive, entry.file_sha256)
        if path is None:
            gone.append(entry.name)
        elif sha256_of(path) != entry.archive_sha256:
            changed.append(entry.name)
    known = {entry.file_sha256 for entry in entries}
    unknown = [
        path.name
        for path in sorted(archive.glob("*"))
        if path.is_file() and not path.name.startswith(".") and path.name[:64] not in known
    ]
    found = {"doctor_archive_gone": gone, "doctor_archive_changed": changed}
    for rule, names in (found | {"doctor_archive_unknown": unknown}).items():
        if names:
            yield Problem(rule, folder, parameters={"names": _some(names)})


def _some(names: list[str]) -> str:
    return ", ".join(names[:_NAMED]) + (f" … ({len(names)})" if names[_NAMED:] else "")
