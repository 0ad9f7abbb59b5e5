"""Rows whose key stands in a file of another sender with other content: held, both where they came
in one intake, until one of the two is mended (definitions 71, decision 0005).

What is a clash, and what a correction, `upsert.classify_rows` says.
"""

import json
from collections.abc import Sequence

import pyarrow as pa

from indicators.definitions.contracts import Contract, contracts
from indicators.foundation.sql_text import quoted
from pipelines.ingest.rows.orphans import Moved, move_rows
from pipelines.ingest.rows.upsert import content_sql, key_sql
from pipelines.workspace.warehouse import ledger
from pipelines.workspace.warehouse.inspect import Connection

RULE = "key_stands_elsewhere"
_LEAST_RENUMBERED = 5
_IN_FORCE = f"""SELECT q.file_sha256, q.file, q.sheet, q.row_number, q.parameters
  FROM quarantine.{{table}} AS q JOIN ops.input_file AS f USING (file_sha256)
  WHERE q.rule = '{RULE}' AND f.status = 'loaded'"""


def make_claims(connection: Connection, contract: Contract, replaced: Sequence[str]) -> bool:
    """Makes `claims`: rows of other files that are held for their key; whether there are any."""
    connection.execute(
        f"""
        CREATE OR REPLACE TEMP TABLE claims AS
        SELECT file, row_number, parameters ->> '$.row_key' AS row_key,
          parameters ->> '$.content' AS content
        FROM ({_IN_FORCE.format(table=quoted(contract.table))})
        WHERE NOT list_contains(?, file_sha256)
        """,
        [list(replaced)],
    )
    return connection.execute("SELECT 1 FROM claims LIMIT 1").fetchone() is not None


def clashing_rows(connection: Connection, contract: Contract, replaced: Sequence[str]) -> pa.Table:
    """The rows of `compared` that clash, for `quarantine.violation_rows`, before any is written."""
    key = quoted(f"{contract.key[0]}__text")
    return connection.sql(
        f"""
        SELECT t.position, t.part, t.sheet, t.row_number, t.{key} AS text,
          CAST(to_json(struct_pack(
            file := coalesce(a.file, f.name, c.file, ''),
            row := coalesce(a.row_number, o.row_number, c.row_number),
            row_key := {key_sql(contract, "t")}, content := {content_sql(contract, "t")}
          )) AS VARCHAR) AS found,
          CAST(NULL AS BIGINT) AS first_row
        FROM compared
        JOIN typed_rows AS t USING (ordinal)
        LEFT JOIN core.{quoted(contract.table)} AS o ON o.rowid = compared.old_row
        LEFT JOIN ops.input_file AS f ON f.file_sha256 = o.file_sha256
        LEFT JOIN (
          SELECT own.row_key, min(by_file.name) AS file,
            min_by(own.by_row_number, by_file.name) AS row_number
          FROM ops.row_also_stated AS own
          JOIN ops.input_file AS by_file ON by_file.file_sha256 = own.by_file_sha256
          WHERE own.table_name = '{contract.table}' AND by_file.status = 'loaded'
            AND NOT list_contains($replaced, own.by_file_sha256)
          GROUP BY own.row_key
        ) AS a ON list_contains($replaced, o.file_sha256) AND a.row_key = {key_sql(contract, "t")}
        LEFT JOIN (
          SELECT row_key, min(file) AS file, min_by(row_number, file) AS row_number
          FROM claims GROUP BY row_key
        ) AS c ON o.rowid IS NULL AND c.row_key = {key_sql(contract, "t")}
        WHERE compared.state = 'clashing'
        ORDER BY t.ordinal
        """,
        params={"replaced": list(replaced)},
    ).to_arrow_table()


def hold_others(
    connection: Connection,
    contract: Contract,
    name: str,
    intake: int | None,
    replaced: Sequence[str],
) -> int:
    """Takes rows out of core with which rows of this file clash and which came in the same intake:
    which of the two counts nobody can tell. Returns how many."""
    rows = connection.execute(
        f"""
        SELECT o.rowid, f.name, o.file_sha256, o.sheet, o.row_number,
          CAST(o.{quoted(contract.key[0])} AS VARCHAR), compared.row_number,
          {key_sql(contract, "o")}, {content_sql(contract, "o")}
        FROM compared
        JOIN core.{quoted(contract.table)} AS o ON o.rowid = compared.old_row
        JOIN ops.input_file AS f ON f.file_sha256 = o.file_sha256
        WHERE compared.state = 'clashing' AND f.intake = ?
          AND NOT list_contains(?, o.file_sha256)
        ORDER BY f.sequence, o.sheet, o.row_number
        """,
        [intake, list(replaced)],
    ).fetchall()
    column = contract.key[0]
    moved = [
        Moved(
            json.dumps(
                {"field": column, "file": name, "row": number, "row_key": key, "content": content},
                ensure_ascii=False,
            ),
            *row,
        )
        for *row, number, key, content in rows
    ]
    move_rows(connection, contract, column, RULE, moved)
    return len(moved)


def call_back_free(connection: Connection) -> None:
    """Files with held rows whose key is free by now, or stands as they state it, are read again."""
    for contract in _with_held_rows(connection):
        table = quoted(contract.table)
        rows = connection.execute(
            f"""
            WITH held AS (
              SELECT file_sha256, parameters ->> '$.row_key' AS row_key,
                parameters ->> '$.content' AS content
              FROM ({_IN_FORCE.format(table=table)})
            ),
            standing AS (
              SELECT {key_sql(contract, "o")} AS row_key, {content_sql(contract, "o")} AS content
              FROM core.{table} AS o
            )
            SELECT DISTINCT file_sha256 FROM held
            LEFT JOIN standing USING (row_key)
            WHERE standing.content = held.content
              OR standing.content IS NULL AND NOT EXISTS (
                SELECT 1 FROM held AS other
                WHERE other.row_key = held.row_key AND other.content <> held.content
                  AND other.file_sha256 <> held.file_sha256)
            """
        ).fetchall()
        ledger.to_be_read_again(connection, (sha256 for (sha256,) in rows))


def stands_under_other_keys(
    connection: Connection, contract: Contract, sha256: str
) -> tuple[int, str, str, str] | None:
    """Of a table of dated single cases: how many rows of a file agree with rows of other files in
    all but the key, the keys of the first pair and the other file; None for a few."""
    if len(contract.key) > 1 or contract.date_column is None:
        return None
    key, day = quoted(contract.key[0]), quoted(contract.date_column)
    table = f"core.{quoted(contract.table)}"
    content = ", ".join(quoted(name) for name in contract.columns if name not in contract.key)
    found = connection.execute(
        f"""
        -- Rows that agree have one day: a month that comes looks at no other month.
        WITH span AS (SELECT min({day}) AS first_day, max({day}) AS last_day
                      FROM {table} WHERE file_sha256 = $sha256),
        others AS (SELECT hash({content}) AS content, min({key}) AS other_key,
                     arg_min(file_sha256, {key}) AS file_sha256
                   FROM {table}, span WHERE file_sha256 <> $sha256
                     AND ({day} BETWEEN first_day AND last_day OR {day} IS NULL) GROUP BY 1),
        -- Where there are no others no row of its own is looked at.
        own AS (SELECT {key} AS own_key, hash({content}) AS content
                FROM {table} WHERE file_sha256 = $sha256)
        SELECT count(*), min(own_key), arg_min(other_key, own_key),
          arg_min(others.file_sha256, own_key),
          (SELECT count(*) FROM {table} WHERE file_sha256 = $sha256)
        FROM own JOIN others USING (content)
        """,
        {"sha256": sha256},
    ).fetchone()
    assert found is not None
    rows, own, other, file, of_all = found
    if rows < _LEAST_RENUMBERED or 2 * rows < of_all:
        return None
    entry = ledger.known_file(connection, file)
    return rows, own, other, entry.name if entry else file


def _with_held_rows(connection: Connection) -> list[Contract]:
    """The contracts that hold any: to plan the question above for all of them takes long."""
    asked = "\nUNION ALL\n".join(
        f"SELECT DISTINCT '{table}' FROM quarantine.{quoted(table)} WHERE rule = '{RULE}'"
        for table in contracts()
    )
    holding = {table for (table,) in connection.execute(asked).fetchall()}
    return [contract for table, contract in contracts().items() if table in holding]
