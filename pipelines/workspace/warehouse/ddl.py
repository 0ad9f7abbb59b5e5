"""The warehouse's schemas and tables as SQL, made from the contracts.

What a table of `cube` or `mart` holds is not said here: the engine knows its own.
"""

from collections.abc import Iterator, Mapping, Sequence

import duckdb

from indicators.definitions.contracts import Contract, contracts
from indicators.foundation.mart_tables import MART_TABLES, mart_ddl
from indicators.foundation.sql_text import quoted
from indicators.incremental.stored_columns import stored_types

SCHEMAS = ("raw", "core", "quarantine", "cube", "mart", "ops")
_LINEAGE = {
    "mission": "VARCHAR",
    "file_sha256": "VARCHAR",
    "sheet": "VARCHAR",
    "row_number": "BIGINT",
}
QUARANTINE_COLUMNS = {
    "file": "VARCHAR",
    "file_sha256": "VARCHAR",
    "sheet": "VARCHAR",
    "row_number": "BIGINT",
    "column_name": "VARCHAR",
    "raw_value": "VARCHAR",
    "rule": "VARCHAR",
    "parameters": "VARCHAR",
}
_OPS: dict[str, dict[str, str]] = {
    "input_file": {
        "file_sha256": "VARCHAR",
        "name": "VARCHAR",
        "source": "VARCHAR",
        "status": "VARCHAR",
        "sequence": "BIGINT",
        "rows_read": "BIGINT",
        "rows_loaded": "BIGINT",
        "rows_rejected": "BIGINT",
        "rows_unchanged": "BIGINT",
        "rows_ignored": "BIGINT",
        "superseded_by": "VARCHAR",
        "mapping_version": "VARCHAR",
        "rows_refused": "BIGINT",
        "archive_sha256": "VARCHAR",
        "left_out": "VARCHAR",
        "intake": "BIGINT",
    },
    # Rows of which nothing may be kept: how many, by the month in which they happened and reason.
    "rows_not_kept": {
        "file_sha256": "VARCHAR",
        "table_name": "VARCHAR",
        "month": "DATE",
        "reason": "VARCHAR",
        "rows_count": "BIGINT",
    },
    # What `poclens purge` removed: who, when, why and hashes; never a word of it.
    "purge": {
        "purge_id": "VARCHAR",
        "kind": "VARCHAR",
        "state": "VARCHAR",
        "reason": "VARCHAR",
        "asked_by": "VARCHAR",
        "asked_at": "TIMESTAMP",
        "rows_removed": "BIGINT",
    },
    "purged_file": {"purge_id": "VARCHAR", "file_sha256": "VARCHAR", "archive_sha256": "VARCHAR"},
    "purged_key": {"purge_id": "VARCHAR", "key_sha256": "VARCHAR"},
    # The day before which rows of a table are kept as counted only (`retention` of a contract).
    "retention": {"purge_id": "VARCHAR", "table_name": "VARCHAR", "before": "DATE"},
    # The periods that a file of a mapping by period holds, each by its first day.
    "file_period": {"file_sha256": "VARCHAR", "table_name": "VARCHAR", "period": "DATE"},
    # The days for which a dated event file speaks, once a table that it feeds (definitions 49):
    # null is an open end, `precision` (day, month, year) the shortest period that may be empty.
    "covered_span": {
        "file_sha256": "VARCHAR",
        "table_name": "VARCHAR",
        "covers_from": "DATE",
        "covers_to": "DATE",
        "precision": "VARCHAR",
    },
    # By which definition the columns that `core` stores of a row were worked out.
    "stored_column": {"table_name": "VARCHAR", "definition": "VARCHAR"},
    # The steps that a refresh has done, by its number (`refresh_number.py`).
    "refresh_step": {"number": "VARCHAR", "step": "VARCHAR"},
    # Files that came and of which no row is loaded, held ones among them, once a table of their
    # mapping. (What cannot be read at all stays in the inbox, and nothing is computed.)
    "unread_file": {"name": "VARCHAR", "table_name": "VARCHAR"},
    # The columns of each table that the mapping of any file in force fills.
    "recorded_column": {"table_name": "VARCHAR", "column_name": "VARCHAR"},
    # The intake that has begun and not ended; what was cut short goes on under its number.
    "intake_begun": {"number": "BIGINT"},
    # The only table with a clock; it reaches no release.
    "delivery": {"file_sha256": "VARCHAR", "name": "VARCHAR", "taken_in_at": "TIMESTAMP"},
    "row_warning": {"table_name": "VARCHAR", **QUARANTINE_COLUMNS},
    # A row that another file states just as its file of origin does.
    "row_also_stated": {
        "table_name": "VARCHAR",
        "row_key": "VARCHAR",
        "file_sha256": "VARCHAR",
        "sheet": "VARCHAR",
        "row_number": "BIGINT",
        "by_file_sha256": "VARCHAR",
        "by_sheet": "VARCHAR",
        "by_row_number": "BIGINT",
        "by_sender": "VARCHAR",
    },
    # What people decided of two rows (`records`), `row_key` before `other_key`; and the rows that
    # are left out of core for it, with the row that counts in their place.
    "duplicate_decision": {
        "table_name": "VARCHAR",
        "row_key": "VARCHAR",
        "other_key": "VARCHAR",
        "decision": "VARCHAR",
        "left_out": "VARCHAR",
    },
    "duplicate_row": {"table_name": "VARCHAR", "row_key": "VARCHAR", "counted_key": "VARCHAR"},
    # A key stated anew with another content: what was replaced, and by what.
    "row_correction": {
        "table_name": "VARCHAR",
        "row_key": "VARCHAR",
        "old_file_sha256": "VARCHAR",
        "old_sheet": "VARCHAR",
        "old_row_number": "BIGINT",
        "file_sha256": "VARCHAR",
        "sheet": "VARCHAR",
        "row_number": "BIGINT",
    },
}


def core_columns(contract: Contract) -> dict[str, str]:
    """Column name: SQL type of what a row of `core.<table>` is given: contract, then lineage."""
    own = {name: column.sql_type for name, column in contract.columns.items()}
    return own | _LINEAGE | {"sender": "VARCHAR"}


def raw_columns(contract: Contract) -> dict[str, str]:
    """Column name: SQL type of `raw.<table>`: the mapped text before casting, lineage last."""
    return dict.fromkeys(contract.columns, "VARCHAR") | _LINEAGE


def tables() -> Iterator[tuple[str, str, dict[str, str]]]:
    """(schema, table, columns) of every table that ingest writes."""
    for name, contract in contracts().items():
        yield "core", name, core_columns(contract) | stored_types(contract)
        yield "raw", name, raw_columns(contract)
        yield "quarantine", name, QUARANTINE_COLUMNS
    for name, columns in _OPS.items():
        yield "ops", name, columns


def create_table_sql(schema: str, table: str, columns: dict[str, str]) -> str:
    """The statement that makes one table where it is not there yet."""
    listed = ",\n".join(f"  {quoted(name)} {kind}" for name, kind in columns.items())
    return f"CREATE TABLE IF NOT EXISTS {schema}.{quoted(table)} (\n{listed}\n)"


Columns = Mapping[tuple[str, str], list[str]]
"""(schema, table): its columns in their order."""

_WHOLE: set[int] = set()  # layouts of warehouses to which this process had nothing to add


def make_tables(connection: duckdb.DuckDBPyConnection) -> None:
    """All that a warehouse has, as `create_all` and `create_mart` make it.

    Every step of a refresh opens the warehouse, and to ask for all columns takes as long as to open
    it: a layout that was found whole is known by its statements.
    """
    if _layout(connection) not in _WHOLE:
        connection.execute("BEGIN")  # whole or not begun, and written once, not table by table
        create_mart(connection, create_all(connection))
        connection.execute("COMMIT")
        _WHOLE.add(_layout(connection))


def _layout(connection: duckdb.DuckDBPyConnection) -> int:
    """What is there and what is to be there, as one number."""
    found = connection.execute(
        """SELECT schema_name, table_name, sql FROM duckdb_tables()
        WHERE database_name = current_database() AND NOT internal ORDER BY ALL"""
    ).fetchall()
    return hash((*found, repr(list(tables()))))


def create_all(connection: duckdb.DuckDBPyConnection) -> Columns:
    """Makes what is missing: schemas, tables, and columns that a contract has gained since.

    Gives what was there before, for `create_mart`.
    """
    existing = _existing_columns(connection)
    missing = [f"CREATE SCHEMA IF NOT EXISTS {schema}" for schema in SCHEMAS]
    for schema, table, columns in tables():
        known = existing.get((schema, table))
        if known is None:
            missing.append(create_table_sql(schema, table, columns))
        else:
            _add_missing(connection, schema, table, columns, known)
    connection.execute(";\n".join(missing))
    return existing


def create_mart(connection: duckdb.DuckDBPyConnection, existing: Columns | None = None) -> None:
    """Makes the tables of the mart; one with other columns anew, as all in it is computed."""
    existing = _existing_columns(connection) if existing is None else existing
    if all(existing.get(("mart", table)) == list(names) for table, names in MART_TABLES.items()):
        return
    for table, columns in MART_TABLES.items():
        if existing.get(("mart", table), list(columns)) != list(columns):
            connection.execute(f"DROP TABLE mart.{quoted(table)}")
    connection.execute(";\n".join(mart_ddl()))


def lacks_nothing(connection: duckdb.DuckDBPyConnection) -> bool:
    """Whether all tables and columns of this version are there."""
    if (layout := _layout(connection)) in _WHOLE:
        return True
    existing = _existing_columns(connection)
    lacks = any(columns.keys() - set(existing.get((s, t), ())) for s, t, columns in tables())
    if lacks or any(
        existing.get(("mart", table)) != list(names) for table, names in MART_TABLES.items()
    ):
        return False
    _WHOLE.add(layout)
    return True


def _add_missing(
    connection: duckdb.DuckDBPyConnection,
    schema: str,
    table: str,
    columns: Mapping[str, str],
    known: Sequence[str],
) -> None:
    for name in [name for name in columns if name not in known]:
        connection.execute(
            f"ALTER TABLE {schema}.{quoted(table)} ADD COLUMN {quoted(name)} {columns[name]}"
        )


def _existing_columns(connection: duckdb.DuckDBPyConnection) -> Columns:
    rows = connection.execute(
        """SELECT schema_name, table_name, list(column_name ORDER BY column_index)
        FROM duckdb_columns()
        WHERE database_name = current_database() AND NOT internal
        GROUP BY ALL"""
    ).fetchall()
    return {(schema, table): columns for schema, table, columns in rows}
