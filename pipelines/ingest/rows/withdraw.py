"""Rows that a file states no longer, and rows that several files state alike or otherwise.

A row of core names one file as its origin. Where a second file states the very same, that is kept
in `ops.row_also_stated`: if the first file takes the row back, it stays, with the second as origin.
Where a later file stated it otherwise, `ops.row_correction` knows the older one: if the later file
takes its row back, the older one is read again.
"""

from collections.abc import Iterable, Sequence

from indicators.definitions.contracts import Contract
from indicators.definitions.derivations import ROW_HASH
from indicators.definitions.mission_profile import Mission
from indicators.foundation.sql_text import literal, quoted
from pipelines.ingest.rows.upsert import key_sql
from pipelines.ingest.rows.validate import SURVIVES
from pipelines.workspace.warehouse import ledger
from pipelines.workspace.warehouse.inspect import Connection


def record_restated(
    connection: Connection, contract: Contract, sha256: str, own: Sequence[str]
) -> None:
    """Notes the rows of this file that stand in core already, from files that it does not replace.

    `own`: the files that it replaces, itself among them.
    """
    connection.execute(
        f"""
        INSERT INTO ops.row_also_stated
        SELECT
          ?, {key_sql(contract, "o")}, o.file_sha256, o.sheet, o.row_number, ?,
          compared.sheet, compared.row_number, compared.sender
        FROM compared
        JOIN core.{quoted(contract.table)} AS o ON o.rowid = compared.old_row
        WHERE compared.is_same AND NOT list_contains(?, o.file_sha256)
        ORDER BY compared.ordinal
        """,
        [contract.table, sha256, [sha256, *own]],
    )


def has_rows(connection: Connection, contract: Contract, replaced: Sequence[str]) -> bool:
    """Whether rows of these files stand in core."""
    query = f"""SELECT EXISTS (
      SELECT 1 FROM core.{quoted(contract.table)} WHERE list_contains(?, file_sha256))"""
    ((found,),) = connection.execute(query, [list(replaced)]).fetchall()
    return bool(found)


def retract(
    connection: Connection,
    contract: Contract,
    replaced: Sequence[str],
    condition: str = "true",
) -> int:
    """Takes out rows of files that are replaced, unless the new file states them (see `compared`).

    `condition`: SQL over the row `o` of core. Returns how many rows left core.
    """
    table = f"core.{quoted(contract.table)}"
    connection.execute(
        f"""
        CREATE OR REPLACE TEMP TABLE leaving AS
        SELECT
          o.rowid AS core_row, o.file_sha256, o.sheet, o.row_number,
          {key_sql(contract, "o")} AS row_key
        FROM {table} AS o
        WHERE list_contains(?, o.file_sha256) AND {condition}
          AND o.rowid NOT IN (
            SELECT old_row FROM compared
            WHERE old_row IS NOT NULL AND (is_same OR state = 'changed')
          )
        """,
        [list(replaced)],
    )
    _find_other_sources(connection, contract, replaced)
    connection.execute(
        "DELETE FROM leaving WHERE core_row IN (SELECT core_row FROM other_sources)",
    )
    connection.execute(f"DELETE FROM {table} WHERE rowid IN (SELECT core_row FROM leaving)")
    _reassign_lineage(connection, contract)
    _call_back(connection, contract, replaced)
    ((gone,),) = connection.execute("SELECT count(*) FROM leaving").fetchall()
    return int(gone)


def _find_other_sources(
    connection: Connection, contract: Contract, replaced: Sequence[str]
) -> None:
    """Makes `other_sources`: of each leaving row its first place in another standing file."""
    connection.execute(
        """
        CREATE OR REPLACE TEMP TABLE other_sources AS
        SELECT leaving.*, a.by_file_sha256, a.by_sheet, a.by_row_number, a.by_sender
        FROM leaving
        JOIN ops.row_also_stated AS a
          ON a.table_name = ?
          AND a.row_key = leaving.row_key
          AND a.file_sha256 = leaving.file_sha256
        JOIN ops.input_file AS f ON f.file_sha256 = a.by_file_sha256
        WHERE f.status = 'loaded' AND NOT list_contains(?, a.by_file_sha256)
        QUALIFY 1 = row_number() OVER (
          PARTITION BY core_row ORDER BY f.sequence, a.by_sheet, a.by_row_number)
        """,
        [contract.table, list(replaced)],
    )


def _reassign_lineage(connection: Connection, contract: Contract) -> None:
    """The other places become the origin of their rows, in core and in what is noted of them."""
    origin = (
        "SET file_sha256 = by_file_sha256, sheet = by_sheet, row_number = by_row_number, "
        f"sender = by_sender, {ROW_HASH} = NULL FROM other_sources WHERE"
    )
    connection.execute(f"UPDATE core.{quoted(contract.table)} AS o {origin} o.rowid = core_row")
    connection.execute(
        """
        UPDATE ops.row_also_stated AS a
        SET
          file_sha256 = other_sources.by_file_sha256,
          sheet = other_sources.by_sheet,
          row_number = other_sources.by_row_number
        FROM other_sources
        WHERE a.table_name = ?
          AND a.row_key = other_sources.row_key
          AND a.file_sha256 = other_sources.file_sha256
        """,
        [contract.table],
    )
    connection.execute("DELETE FROM ops.row_also_stated WHERE file_sha256 = by_file_sha256")


def _call_back(connection: Connection, contract: Contract, replaced: Sequence[str]) -> None:
    """Standing files that stated a key before the row that leaves now have to be read again."""
    rows = connection.execute(
        """
        SELECT DISTINCT c.old_file_sha256
        FROM ops.row_correction AS c
        JOIN leaving USING (row_key)
        JOIN ops.input_file AS f ON f.file_sha256 = c.old_file_sha256
        WHERE c.table_name = ? AND f.status = 'loaded' AND NOT list_contains(?, c.old_file_sha256)
        """,
        [contract.table, list(replaced)],
    ).fetchall()
    ledger.to_be_read_again(connection, (sha256 for (sha256,) in rows))


# Full exports by period ---------------------------------------------------------------------------


def period_sql(contract: Contract, mission: Mission, period: str, row: str) -> str:
    """The first day of the period in which a row happened, by the mission's clock."""
    day = f"{row}.{quoted(contract.date_column or '')}"
    if contract.columns[contract.date_column or ""].base_type == "time":
        day = f"(({day} AT TIME ZONE 'UTC') AT TIME ZONE {literal(mission.time_zone)})"
    return f"CAST(date_trunc('{period}', {day}) AS DATE)"


def record_periods(connection: Connection, contract: Contract, sha256: str, period: str) -> None:
    """Notes which periods the file holds: those of its good rows, kept in `compared` or not."""
    connection.execute(
        f"""
        INSERT INTO ops.file_period
        SELECT DISTINCT ?, ?, {period} FROM typed_rows AS t
        WHERE {period} IS NOT NULL AND {SURVIVES}
        """,
        [sha256, contract.table],
    )


def replaced_sql(of_row: str, of_other: str, before: Iterable[str]) -> str:
    """Whether the row `o` is of one of these files and of a period that the new file holds."""
    listed = ", ".join(f"'{sha256}'" for sha256 in before if sha256.isalnum())
    return (
        f"(o.file_sha256 IN ({listed or 'NULL'}) AND {of_other} IN "
        f"(SELECT {of_row} FROM typed_rows AS t WHERE {SURVIVES}))"
    )


def held_sql(contract: Contract, period: str, by: Iterable[str]) -> str:
    """Whether one of these files (SHA-256: hexadecimal) holds the period of a row."""
    listed = ", ".join(f"'{sha256}'" for sha256 in by if sha256.isalnum())
    return (
        f"{period} IN (SELECT period FROM ops.file_period "
        f"WHERE table_name = '{contract.table}' AND file_sha256 IN ({listed or 'NULL'}))"
    )
