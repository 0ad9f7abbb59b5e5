"""Rows whose parent a corrected file took away: they go from core to the quarantine.

Run within the transaction of the file that retracts. The children's own files then count these
rows as rejected, and are judged again when they are dropped in again.
"""

import json
from dataclasses import replace

import duckdb
import pyarrow as pa

from indicators.definitions.contracts import Contract, contracts, load_order
from indicators.foundation.sql_text import quoted
from pipelines.ingest.cast import Check, reference_checks
from pipelines.warehouse import ledger
from pipelines.warehouse.inspect import insert_table


def quarantine_orphans(connection: duckdb.DuckDBPyConnection) -> None:
    """Moves every row of core whose reference has no row any more, and then its own children."""
    touched: set[str] = set()
    for table in load_order(contracts()):
        while found := _move_orphans(connection, contracts()[table]):
            touched |= found
    for sha256 in sorted(touched):
        _recount(connection, sha256)


def _move_orphans(connection: duckdb.DuckDBPyConnection, contract: Contract) -> set[str]:
    """The files (SHA-256) whose rows of this table were moved."""
    touched: set[str] = set()
    for check, own, other in reference_checks(contract):
        given = " AND ".join(f"t.{quoted(name)} IS NOT NULL" for name in own)
        pairs = " AND ".join(
            f"o.{quoted(theirs)} = t.{quoted(mine)}"
            for mine, theirs in zip(own, other, strict=True)
        )
        rows = connection.execute(
            f"""
            SELECT t.rowid, f.name, t.file_sha256, t.sheet, t.row_number, t.{quoted(own[-1])}
            FROM core.{quoted(contract.table)} AS t
            LEFT JOIN ops.input_file AS f USING (file_sha256)
            WHERE {given}
              AND NOT EXISTS (SELECT 1 FROM core.{quoted(check.table or "")} AS o WHERE {pairs})
            ORDER BY f.sequence, t.sheet, t.row_number
            """
        ).fetchall()
        if rows:
            _move(connection, contract, check, rows)
            touched |= {row[2] for row in rows}
    return touched


def _move(
    connection: duckdb.DuckDBPyConnection,
    contract: Contract,
    check: Check,
    rows: list[tuple[int, str, str, str, int, str]],
) -> None:
    given = {"field": check.column, "table": check.table}
    parameters = json.dumps(given, ensure_ascii=False)
    moved = pa.table(
        {
            "file": [row[1] for row in rows],
            "file_sha256": [row[2] for row in rows],
            "sheet": pa.array([row[3] for row in rows], pa.string()),
            "row_number": [row[4] for row in rows],
            "column_name": pa.repeat(check.column, len(rows)),
            "raw_value": [row[5] for row in rows],
            "rule": pa.repeat("reference", len(rows)),
            "parameters": pa.repeat(parameters, len(rows)),
        }
    )
    insert_table(connection, "quarantine", contract.table, moved)
    connection.execute(
        f"DELETE FROM core.{quoted(contract.table)} WHERE list_contains(?, rowid)",
        [[row[0] for row in rows]],
    )


def _recount(connection: duckdb.DuckDBPyConnection, sha256: str) -> None:
    """The ledger's counts of a file some of whose loaded rows are rejected now."""
    entry = ledger.known_file(connection, sha256)
    if entry is None:
        return
    places: set[tuple[str, int]] = set()
    for table in contracts():
        places.update(
            connection.execute(
                f"SELECT sheet, row_number FROM quarantine.{quoted(table)} "
                "WHERE file_sha256 = ? AND row_number IS NOT NULL",
                [sha256],
            ).fetchall()
        )
    loaded = max(0, entry.rows_loaded - (len(places) - entry.rows_rejected))
    unchanged = entry.rows_read - loaded - len(places)
    ledger.record(
        connection,
        replace(entry, rows_loaded=loaded, rows_rejected=len(places), rows_unchanged=unchanged),
    )
