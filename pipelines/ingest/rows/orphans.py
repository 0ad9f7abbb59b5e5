"""Rows whose parent a corrected file took away: they go from core to the quarantine.

Run within the transaction of the file that retracts. The children's own files then count these
rows as rejected, and are judged again when they are dropped in again.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass, replace

import pyarrow as pa

from indicators.definitions.contracts import Contract, contracts, load_order
from indicators.foundation.errors import Problem
from indicators.foundation.sql_text import quoted
from pipelines.ingest.rows.cast import reference_checks
from pipelines.workspace.warehouse import ledger
from pipelines.workspace.warehouse.inspect import Connection, insert_table


@dataclass(frozen=True)
class Moved:
    """A row on its way from core to the quarantine; `value`: what broke the rule."""

    parameters: str
    core_row: int
    file: str
    file_sha256: str
    sheet: str
    row_number: int
    value: str


def quarantine_orphans(connection: Connection) -> list[Problem]:
    """Moves every row of core whose reference has no row any more, and then its own children; of
    each reference how many, with the first of them."""
    told = []
    for table in load_order(contracts()):
        while moved := _move_orphans(connection, contracts()[table]):
            told += moved
    return told


def _move_orphans(connection: Connection, contract: Contract) -> list[Problem]:
    """What is to be said of the rows of this table that were moved."""
    told = []
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
        rule = {"field": check.column, "table": check.table}
        parameters = json.dumps(rule, ensure_ascii=False)
        moved = [Moved(parameters, *row) for row in rows]
        move_rows(connection, contract, check.column, "reference", moved)
        if moved:
            first, title = moved[0], contracts()[check.table or ""].title
            facts = {"rows": len(moved), "other_en": title.en, "other_fr": title.fr}
            place = (first.file, first.sheet or None, first.row_number, check.column)
            told.append(Problem("rows_orphaned", *place, first.value, facts))
    return told


def move_rows(
    connection: Connection,
    contract: Contract,
    column: str,
    rule: str,
    rows: Sequence[Moved],
) -> None:
    """Moves rows of core to the quarantine, and counts them as rejected in the ledger."""
    if not rows:
        return
    moved = pa.table(
        {
            "file": [row.file for row in rows],
            "file_sha256": [row.file_sha256 for row in rows],
            "sheet": pa.array([row.sheet for row in rows], pa.string()),
            "row_number": [row.row_number for row in rows],
            "column_name": pa.repeat(column, len(rows)),
            "raw_value": [row.value for row in rows],
            "rule": pa.repeat(rule, len(rows)),
            "parameters": [row.parameters for row in rows],
        }
    )
    insert_table(connection, "quarantine", contract.table, moved)
    connection.execute(
        f"DELETE FROM core.{quoted(contract.table)} WHERE list_contains(?, rowid)",
        [[row.core_row for row in rows]],
    )
    for sha256 in sorted({row.file_sha256 for row in rows}):
        _recount(connection, sha256)


def _recount(connection: Connection, sha256: str) -> None:
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
