"""Writing a table's good rows: what is new, what is there already, what a correction replaces.

Works on the temporary tables that `judging.py` made.
"""

import json

import duckdb
import numpy as np
import pyarrow as pa

from indicators.contracts import Contract
from pipelines.ingest.judging import SURVIVES
from pipelines.warehouse.ddl import quoted


def compare(
    connection: duckdb.DuckDBPyConnection, contract: Contract, only: np.ndarray | None
) -> None:
    """Makes `compared` (ordinal, position, old_row, is_same, state) of good rows.

    `state`: new, same or changed. `only`: positions of the rows that a retry may write; every
    other row counts as there already.
    """
    key = " AND ".join(
        f"o.{quoted(name)} IS NOT DISTINCT FROM t.{quoted(name)}" for name in contract.key
    )
    same = " AND ".join(
        f"o.{quoted(name)} IS NOT DISTINCT FROM t.{quoted(name)}" for name in contract.columns
    )
    connection.execute(
        f"""
        CREATE OR REPLACE TEMP TABLE compared AS
        SELECT
          t.ordinal,
          t.position,
          t.sheet,
          t.row_number,
          o.rowid AS old_row,
          o.rowid IS NOT NULL AND {same} AS is_same,
          CASE WHEN o.rowid IS NULL THEN 'new' WHEN {same} THEN 'same' ELSE 'changed' END AS state
        FROM typed_rows AS t
        LEFT JOIN core.{quoted(contract.table)} AS o ON {key}
        WHERE {SURVIVES}
        """
    )
    if only is not None:
        connection.register("retried", pa.table({"position": only}))
        connection.execute(
            "UPDATE compared SET state = 'same' "
            "WHERE position NOT IN (SELECT position FROM retried)"
        )
        connection.unregister("retried")


def write(
    connection: duckdb.DuckDBPyConnection, contract: Contract, mission: str, sha256: str
) -> None:
    """Replaces what changed and adds what is new; rows that are there keep their lineage."""
    table = f"core.{quoted(contract.table)}"
    own = ", ".join(quoted(name) for name in contract.columns)
    values = ", ".join(f"t.{quoted(name)}" for name in contract.columns)
    _record_corrections(connection, contract, sha256)
    connection.execute(
        f"DELETE FROM {table} WHERE rowid IN (SELECT old_row FROM compared WHERE state = 'changed')"
    )
    connection.execute(
        f"""
        INSERT INTO {table} ({own}, mission, file_sha256, sheet, row_number)
        SELECT {values}, ?, ?, t.sheet, t.row_number
        FROM typed_rows AS t
        JOIN compared USING (ordinal)
        WHERE compared.state IN ('new', 'changed')
        ORDER BY t.ordinal
        """,
        [mission, sha256],
    )


def write_raw(
    connection: duckdb.DuckDBPyConnection, contract: Contract, mission: str, sha256: str
) -> None:
    """Keeps the mapped text of every row of the file, good or not, that may be kept."""
    own = ", ".join(quoted(name) for name in contract.columns)
    connection.execute(
        f"""
        INSERT INTO raw.{quoted(contract.table)} ({own}, mission, file_sha256, sheet, row_number)
        SELECT {own}, ?, ?, sheet, row_number FROM mapped_rows
        WHERE ordinal NOT IN (SELECT ordinal FROM typed_rows WHERE {_unkept_sql(contract)})
        ORDER BY ordinal
        """,
        [mission, sha256],
    )


def unkept_positions(connection: duckdb.DuckDBPyConnection, contract: Contract) -> set[int]:
    """Rows of which no text may be kept, as the referral of a survivor who gave no consent."""
    rows = connection.execute(
        f"""
        SELECT DISTINCT position FROM mapped_rows
        WHERE ordinal IN (SELECT ordinal FROM typed_rows WHERE {_unkept_sql(contract)})
        """
    ).fetchall()
    return {row[0] for row in rows}


def _unkept_sql(contract: Contract) -> str:
    return f"({contract.kept_only_if}) IS NOT TRUE" if contract.kept_only_if else "false"


def _record_corrections(
    connection: duckdb.DuckDBPyConnection, contract: Contract, sha256: str
) -> None:
    key = ", ".join(f"CAST(o.{quoted(name)} AS VARCHAR)" for name in contract.key)
    rows = connection.execute(
        f"""
        SELECT
          CAST(to_json([{key}]) AS VARCHAR),
          o.file_sha256, o.sheet, o.row_number, compared.sheet, compared.row_number
        FROM compared
        JOIN core.{quoted(contract.table)} AS o ON o.rowid = compared.old_row
        WHERE compared.state = 'changed'
        ORDER BY compared.ordinal
        """
    ).fetchall()
    if rows:
        keys = [dict(zip(contract.key, json.loads(row[0]), strict=True)) for row in rows]
        table = pa.table(
            {
                "table_name": pa.repeat(contract.table, len(rows)),
                "row_key": [json.dumps(key, ensure_ascii=False) for key in keys],
                "old_file_sha256": [row[1] for row in rows],
                "old_sheet": [row[2] for row in rows],
                "old_row_number": [row[3] for row in rows],
                "file_sha256": pa.repeat(sha256, len(rows)),
                "sheet": [row[4] for row in rows],
                "row_number": [row[5] for row in rows],
            }
        )
        insert_rows(connection, "ops", "row_correction", table)


def positions(connection: duckdb.DuckDBPyConnection, condition: str) -> np.ndarray:
    """Positions in the file of the compared rows that fulfil `condition` (fixed SQL of ours)."""
    found = connection.execute(f"SELECT DISTINCT position FROM compared WHERE {condition}")
    return np.array([row[0] for row in found.fetchall()], dtype=np.int64)


def insert_rows(
    connection: duckdb.DuckDBPyConnection, schema: str, table: str, rows: pa.Table
) -> None:
    """Adds an Arrow table's rows, its columns matched by name."""
    connection.register("inserted_rows", rows)
    names = ", ".join(quoted(name) for name in rows.column_names)
    connection.execute(
        f"INSERT INTO {schema}.{quoted(table)} ({names}) SELECT {names} FROM inserted_rows"
    )
    connection.unregister("inserted_rows")
