"""Rows that a person decided to be duplicates: left out of core, and back when that changes.

A row is left out as long as the row that counts in its place is there. It lies in the quarantine
with the rule `duplicate_of`; which pairs may be duplicates is found out by the checks of quality.
"""

import json
from collections.abc import Iterable, Mapping, Sequence

from indicators.definitions.contracts import Contract, contracts
from indicators.foundation.sql_text import quoted
from indicators.foundation.stored.database import one_transaction
from pipelines.ingest.rows.orphans import Moved, move_rows, quarantine_orphans
from pipelines.ingest.rows.quarantine import DUPLICATE, duplicate_parameters
from pipelines.workspace.warehouse import ledger
from pipelines.workspace.warehouse.inspect import Connection

Row = tuple[str, str]  # table, key


def apply_decisions(connection: Connection, decisions: Sequence[Sequence[str | None]]) -> None:
    """Leaves the decided rows out of core; marks the files of others to be read again.

    `decisions`: rows of `ops.duplicate_decision`, the newest of each pair.
    """
    with one_transaction(connection):
        connection.execute("DELETE FROM ops.duplicate_decision")
        _insert(connection, "duplicate_decision", decisions)
        before = _left_out(connection)
        now = _to_leave_out(connection)
        connection.execute("DELETE FROM ops.duplicate_row")
        _insert(connection, "duplicate_row", [(*row, counted) for row, counted in now.items()])
        _call_back(connection, [row for row, counted in before.items() if now.get(row) != counted])
        moved = [_move(connection, contract) for contract in _with_rules()]
        if any(moved):
            quarantine_orphans(connection)


def _insert(connection: Connection, table: str, rows: Iterable[Sequence[str | None]]) -> None:
    for row in sorted(rows, key=str):
        places = ", ".join("?" for _ in row)
        connection.execute(f"INSERT INTO ops.{table} VALUES ({places})", list(row))


def _with_rules() -> list[Contract]:
    return [contract for contract in contracts().values() if contract.duplicates]


def _left_out(connection: Connection) -> dict[Row, str]:
    """Each row that is left out now, with the key of the one that counts."""
    rows = connection.execute("FROM ops.duplicate_row").fetchall()
    return {(table, key): counted for table, key, counted in rows}


def _to_leave_out(connection: Connection) -> dict[Row, str]:
    """Each row to leave out, with the row that counts: one that is there and not left out itself.

    Of a row of which only rows count that are gone, or that lead back to it, none is left out.
    """
    found: dict[Row, str] = {}
    for contract in _with_rules():
        counted_by: dict[str, list[str]] = {}
        rows = connection.execute(
            """SELECT left_out, if(left_out = row_key, other_key, row_key)
            FROM ops.duplicate_decision WHERE table_name = ? AND left_out IS NOT NULL""",
            [contract.table],
        ).fetchall()
        present = _present(connection, contract, [counted for _, counted in rows])
        for key, counted in rows:
            if counted in present:
                counted_by.setdefault(key, []).append(counted)
        for key in counted_by:
            last = _ends(key, counted_by)
            if last:
                found[contract.table, key] = min(last)
    return found


def _present(connection: Connection, contract: Contract, keys: Sequence[str]) -> set[str]:
    """Those of the keys that stand in core, or would if they were not left out."""
    if not keys:
        return set()
    rows = connection.execute(
        f"""SELECT row_key FROM (
          SELECT {quoted(contract.key[0])} AS row_key FROM core.{quoted(contract.table)}
          UNION
          SELECT parameters ->> '$.row_key'
          FROM quarantine.{quoted(contract.table)} JOIN ops.input_file AS file USING (file_sha256)
          WHERE rule = '{DUPLICATE}' AND file.status <> 'superseded')
        WHERE list_contains(?, row_key)""",
        [keys],
    ).fetchall()
    return {key for (key,) in rows}


def _ends(key: str, counted_by: Mapping[str, Sequence[str]]) -> set[str]:
    """Where the chain of rows that count for each other ends: A for B, B for C is C for both."""
    seen, coming, ends = {key}, list(counted_by[key]), set()
    while coming:
        one = coming.pop()
        if one not in counted_by:
            ends.add(one)
        elif one not in seen:
            coming.extend(counted_by[one])
        seen.add(one)
    return ends


def _call_back(connection: Connection, rows: Sequence[Row]) -> None:
    """Files that state one of these rows have to be read again, and those of rows below them."""
    files: set[str] = set()
    for table in {table for table, _ in rows}:
        contract, keys = contracts()[table], [key for name, key in rows if name == table]
        own = f"FROM raw.{quoted(table)} WHERE list_contains(?, {quoted(contract.key[0])})"
        stating = f"SELECT file_sha256 {own}"
        files |= {sha256 for (sha256,) in connection.execute(stating, [keys]).fetchall()}
        for name in contracts():
            below = f"""SELECT file_sha256 FROM quarantine.{quoted(name)}
            WHERE rule = 'reference' AND list_contains(?, raw_value)"""
            files |= {sha256 for (sha256,) in connection.execute(below, [keys]).fetchall()}
    ledger.to_be_read_again(connection, files)


def _move(connection: Connection, contract: Contract) -> bool:
    """Takes the table's rows out of core that stand there still; whether there was one."""
    key = contract.key[0]
    rows = connection.execute(
        f"""
        SELECT t.rowid, f.name, t.file_sha256, t.sheet, t.row_number, row_key, counted_key
        FROM core.{quoted(contract.table)} AS t
        JOIN ops.duplicate_row ON row_key = t.{quoted(key)} AND table_name = ?
        LEFT JOIN ops.input_file AS f USING (file_sha256)
        ORDER BY f.sequence, t.sheet, t.row_number
        """,
        [contract.table],
    ).fetchall()
    moved = [Moved(json.dumps(duplicate_parameters(key, row[5], row[6])), *row[:6]) for row in rows]
    move_rows(connection, contract, key, DUPLICATE, moved)
    return bool(moved)
