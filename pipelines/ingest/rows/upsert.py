"""Writing a table's good rows: what is new, what is there already, what a correction replaces.

Works on the temporary tables that `validate.py` made.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from indicators.definitions.contracts import Contract
from indicators.definitions.mission_profile import Mission
from indicators.foundation.sql_text import literal, quoted
from indicators.incremental.stored_columns import insert_complete
from pipelines.ingest.rows.validate import SURVIVES
from pipelines.workspace.warehouse.inspect import Connection

_ROW_GROUP = 122_880  # rows that DuckDB stores together

_TAKEN = """
        JOIN compared USING (ordinal)
        WHERE compared.state IN ('new', 'changed')
        ORDER BY t.ordinal"""


@dataclass(frozen=True)
class Precedence:
    """What tells whether a row takes the place of another of its key (definitions 71).

    Files by SHA-256: `replaced` (also the file itself), `later` (they came after it and are in
    force), `above` (records, which hold over it; `is_above`: it is one). As SQL over the rows `t`
    and `o` of core: `is_held` (a later file holds the row's period), `is_replaced` (the file
    replaces the period of the other), `is_same_month`. `heeds_corrections`: whether what was noted
    as a correction was one by this rule. `has_claims`: whether there are rows in `claims`: those of
    other files that are held for their key.
    """

    replaced: Sequence[str]
    later: Sequence[str]
    above: Sequence[str]
    is_above: bool
    is_held: str
    is_replaced: str
    is_same_month: str
    heeds_corrections: bool
    has_claims: bool


@dataclass(frozen=True)
class Compared:
    """The table `compared` as arrays: what each good row is beside what stands in core."""

    position: np.ndarray
    state: np.ndarray
    is_same: np.ndarray
    is_own: np.ndarray

    @property
    def has_moved(self) -> np.ndarray:
        """Whether the row comes into core now."""
        return np.isin(self.state, ("new", "changed"))

    def has(self, *states: str) -> bool:
        """Whether a row is in one of these states."""
        return bool(np.isin(self.state, states).any())


def key_sql(contract: Contract, row: str) -> str:
    """The key of a row as JSON text: `{"<column>":"<value as text>", …}`."""
    named = ", ".join(f"{quoted(n)} := CAST({row}.{quoted(n)} AS VARCHAR)" for n in contract.key)
    return f"CAST(to_json(struct_pack({named})) AS VARCHAR)"


def content_sql(contract: Contract, row: str) -> str:
    """A hash of what a row states, by which two rows of one key are told apart."""
    texts = ", ".join(f"CAST({row}.{quoted(name)} AS VARCHAR)" for name in contract.columns)
    return f"md5(CAST(to_json([{texts}]) AS VARCHAR))"


def classify_rows(
    connection: Connection, contract: Contract, sha256: str, rule: Precedence
) -> Compared:
    """Makes `compared` (ordinal, position, old_row, is_same, is_own, sender, state) of good rows.

    `state`: new; same; changed, a correction; outdated, where a file that came later states the key
    otherwise or holds its period; clashing, where nothing says which of two senders is right.
    `is_own`: the row stands in core already, from this very file.
    """
    key = " AND ".join(
        f"o.{quoted(name)} IS NOT DISTINCT FROM t.{quoted(name)}" for name in contract.key
    )
    same = " AND ".join(
        f"o.{quoted(name)} IS NOT DISTINCT FROM t.{quoted(name)}" for name in contract.columns
    )
    stated_too = "false"
    if _find_stated_too(connection, contract, rule.replaced):
        stated_too = f"""EXISTS (SELECT 1 FROM stated_too AS s
              WHERE s.row_key = {key_sql(contract, "t")} AND s.sender IS DISTINCT FROM t.sender)"""
    is_later = was_corrected = "false"
    if rule.later:
        _find_later_rows(connection, contract, rule.later)
        is_later = "o.rowid IN (SELECT core_row FROM later_rows)"
    if rule.later and rule.heeds_corrections:
        was_corrected = f"""EXISTS (SELECT 1 FROM ops.row_correction AS c
              WHERE c.table_name = '{contract.table}' AND c.old_file_sha256 = $sha256
                AND c.row_key = {key_sql(contract, "t")})"""
    is_claimed = "false"
    if rule.has_claims:
        is_claimed = f"""EXISTS (SELECT 1 FROM claims AS c
              WHERE c.row_key = {key_sql(contract, "t")}
                AND c.content <> {content_sql(contract, "t")})"""
    connection.execute(
        f"""
        CREATE OR REPLACE TEMP TABLE compared AS
        SELECT
          t.ordinal,
          t.position,
          t.sheet,
          t.row_number,
          o.rowid AS old_row,
          t.sender,
          o.rowid IS NOT NULL AND {same} AND NOT coalesce({rule.is_held}, false) AS is_same,
          coalesce(o.file_sha256 = $sha256, false) AS is_own,
          CASE
            WHEN {rule.is_held} THEN 'outdated'
            WHEN o.rowid IS NULL AND NOT t.is_by_right AND {is_claimed} THEN 'clashing'
            WHEN o.rowid IS NULL THEN 'new'
            WHEN {same} THEN 'same'
            WHEN list_contains($above, o.file_sha256) THEN 'outdated'
            WHEN t.is_by_right AND NOT {is_later} OR $is_above THEN 'changed'
            WHEN {is_later} AND {was_corrected} THEN 'outdated'
            WHEN {stated_too} THEN 'clashing'
            WHEN list_contains($replaced, o.file_sha256) OR {rule.is_replaced} THEN 'changed'
            WHEN t.sender = o.sender AND {rule.is_same_month}
              THEN if({is_later}, 'outdated', 'changed')
            ELSE 'clashing'
          END AS state
        FROM typed_rows AS t
        LEFT JOIN core.{quoted(contract.table)} AS o ON {key}
        WHERE {SURVIVES}
        """,
        {
            "sha256": sha256,
            "above": list(rule.above),
            "is_above": rule.is_above,
            "replaced": list(rule.replaced),
        },
    )
    found = connection.sql("SELECT position, state, is_same, is_own FROM compared").fetchnumpy()
    return Compared(**{name: np.asarray(values) for name, values in found.items()})


def nothing_compared(connection: Connection) -> None:
    """Makes `compared` without a row: the file states nothing of a table any more."""
    connection.execute(
        "CREATE OR REPLACE TEMP TABLE compared (old_row BIGINT, is_same BOOLEAN, state VARCHAR)"
    )


def _find_stated_too(connection: Connection, contract: Contract, replaced: Sequence[str]) -> bool:
    """Makes `stated_too`: keys that files in force state just as the row's origin does, with their
    sender, but for files that are replaced; whether there are any."""
    connection.execute(
        """
        CREATE OR REPLACE TEMP TABLE stated_too AS
        SELECT DISTINCT a.row_key, a.by_sender AS sender
        FROM ops.row_also_stated AS a
        JOIN ops.input_file AS f ON f.file_sha256 = a.by_file_sha256
        WHERE a.table_name = $table AND f.status = 'loaded'
          AND NOT list_contains($replaced, a.by_file_sha256)
        """,
        {"table": contract.table, "replaced": list(replaced)},
    )
    return connection.execute("SELECT 1 FROM stated_too LIMIT 1").fetchone() is not None


def _find_later_rows(connection: Connection, contract: Contract, later: Sequence[str]) -> None:
    """Makes `later_rows`: rows of core that one of these files states, as their origin or too."""
    connection.execute(
        f"""
        CREATE OR REPLACE TEMP TABLE later_rows AS
        SELECT o.rowid AS core_row FROM core.{quoted(contract.table)} AS o
        WHERE list_contains($later, o.file_sha256)
        UNION
        SELECT o.rowid FROM core.{quoted(contract.table)} AS o
        JOIN ops.row_also_stated AS a
          ON a.file_sha256 = o.file_sha256 AND a.row_key = {key_sql(contract, "o")}
        WHERE a.table_name = $table AND list_contains($later, a.by_file_sha256)
        """,
        {"later": list(later), "table": contract.table},
    )


def write(
    connection: Connection,
    contract: Contract,
    mission: Mission,
    sha256: str,
    compared: Compared,
) -> None:
    """Replaces what changed and adds what is new; rows that are there keep their lineage.

    Rows come in the order of the file, also where nothing sorts them: DuckDB keeps what it scans in
    order. A file in which every row is good and new, as most large ones are, needs no join.
    """
    table = f"core.{quoted(contract.table)}"
    values = ", ".join(f"t.{quoted(name)}" for name in contract.columns)
    if compared.has("changed", "outdated"):
        _record_corrections(connection, contract, sha256)
    if compared.has("changed"):
        replaced = "SELECT old_row FROM compared WHERE state = 'changed'"
        connection.execute(f"DELETE FROM {table} WHERE rowid IN ({replaced})")
    if not compared.has("new", "changed"):
        return
    taken = "" if _all_rows_are_new(connection, compared) else _TAKEN
    rows = f"""
        SELECT {values}, {literal(mission.mission)} AS mission, {literal(sha256)} AS file_sha256,
          t.sheet, t.row_number, t.sender
        FROM typed_rows AS t {taken}"""
    insert_complete(connection, mission, contract, rows)


def _all_rows_are_new(connection: Connection, compared: Compared) -> bool:
    ((staged,),) = connection.execute("SELECT count(*) FROM typed_rows").fetchall()
    return bool(len(compared.state) == staged and (compared.state == "new").all())


def write_senders(connection: Connection, contract: Contract, own: Sequence[str]) -> None:
    """Rows that stay as they are, from this file or one that it replaces, get its sender."""
    connection.execute(
        f"""
        UPDATE core.{quoted(contract.table)} AS o SET sender = compared.sender
        FROM compared
        WHERE compared.old_row = o.rowid AND compared.state = 'same'
          AND list_contains(?, o.file_sha256) AND o.sender IS DISTINCT FROM compared.sender
        """,
        [list(own)],
    )


def write_raw(
    connection: Connection, contract: Contract, mission: str, sha256: str, mapped: pa.Table
) -> None:
    """Keeps the mapped text of every row of the file, good or not, in its order (`write`)."""
    own = ", ".join(quoted(name) for name in contract.columns)
    rows = mapped.select([*contract.columns, "sheet", "row_number"])
    connection.register("raw_rows", _in_row_groups(rows))
    connection.execute(
        f"""
        INSERT INTO raw.{quoted(contract.table)} ({own}, mission, file_sha256, sheet, row_number)
        SELECT {own}, ?, ?, sheet, row_number FROM raw_rows
        """,
        [mission, sha256],
    )
    connection.unregister("raw_rows")


def _in_row_groups(rows: pa.Table) -> pa.RecordBatchReader:
    """The rows in parts of DuckDB's groups of rows: only these are written in order by all threads.

    One part after the other is made, as it is asked for."""
    starts = range(0, rows.num_rows, _ROW_GROUP)
    parts = (rows.slice(start, _ROW_GROUP).combine_chunks() for start in starts)
    batches = (batch for part in parts for batch in part.to_batches())
    return pa.RecordBatchReader.from_batches(rows.schema, batches)


def cut_raw(connection: Connection, table: str, column: str, pattern: str, rows: pa.Table) -> None:
    """Keeps only what `pattern` finds of the text of a column in these rows (file, place)."""
    connection.register("cut_rows", rows.select(["file_sha256", "sheet", "row_number"]))
    connection.execute(
        f"""
        UPDATE raw.{quoted(table)} AS r
        SET {quoted(column)} = nullif(regexp_extract({quoted(column)}, ?), '')
        FROM cut_rows AS c
        WHERE r.file_sha256 = c.file_sha256 AND r.row_number = c.row_number
          AND r.sheet IS NOT DISTINCT FROM c.sheet
        """,
        [pattern],
    )
    connection.unregister("cut_rows")


def _record_corrections(connection: Connection, contract: Contract, sha256: str) -> None:
    """Notes what was replaced and by what; of a row that is outdated, what replaces it already.

    Files that stated the replaced row too are noted with it.
    """
    table, key = f"core.{quoted(contract.table)}", key_sql(contract, "o")
    connection.execute(
        f"""
        CREATE OR REPLACE TEMP TABLE replaced AS
        SELECT {key} AS row_key, o.file_sha256, o.sheet, o.row_number,
          compared.sheet AS new_sheet, compared.row_number AS new_row_number, compared.state
        FROM compared JOIN {table} AS o ON o.rowid = compared.old_row
        WHERE compared.state IN ('changed', 'outdated')
        """
    )
    connection.execute(
        """
        INSERT INTO ops.row_correction
        WITH stated AS (
          SELECT row_key, file_sha256, sheet, row_number, new_sheet, new_row_number
          FROM replaced WHERE state = 'changed'
          UNION ALL
          SELECT r.row_key, a.by_file_sha256, a.by_sheet, a.by_row_number,
            r.new_sheet, r.new_row_number
          FROM replaced AS r
          JOIN ops.row_also_stated AS a
            ON a.table_name = $table AND a.row_key = r.row_key AND a.file_sha256 = r.file_sha256
          WHERE r.state = 'changed'
        )
        SELECT $table, row_key, file_sha256, sheet, row_number, $sha256, new_sheet, new_row_number
        FROM stated
        EXCEPT FROM ops.row_correction
        ORDER BY ALL
        """,
        {"table": contract.table, "sha256": sha256},
    )
    connection.execute(
        """
        INSERT INTO ops.row_correction
        SELECT $table, row_key, $sha256, new_sheet, new_row_number, file_sha256, sheet, row_number
        FROM replaced WHERE state = 'outdated'
        EXCEPT FROM ops.row_correction
        ORDER BY ALL
        """,
        {"table": contract.table, "sha256": sha256},
    )
    connection.execute(
        """
        DELETE FROM ops.row_also_stated AS a USING replaced AS r
        WHERE r.state = 'changed' AND a.table_name = ?
          AND a.row_key = r.row_key AND a.file_sha256 = r.file_sha256
        """,
        [contract.table],
    )


def rows_changed(connection: Connection, sha256: str) -> int:
    """Rows of other files whose place the rows of a file took."""
    ((found,),) = connection.execute(
        "SELECT count(DISTINCT (table_name, row_key)) FROM ops.row_correction "
        "WHERE file_sha256 = ?",
        [sha256],
    ).fetchall()
    return int(found)
