"""Rows that a corrected file states no longer, and rows that several files state alike.

A row of core names one file as its origin. Where a second file states the very same, that is kept
in `ops.row_also_stated`: if the first file takes the row back, it stays, with the second as origin.
"""

from collections.abc import Sequence

import duckdb

from indicators.contracts import Contract
from pipelines.ingest.judging import SURVIVES
from pipelines.warehouse.ddl import quoted


def record_restated(
    connection: duckdb.DuckDBPyConnection, contract: Contract, sha256: str, own: Sequence[str]
) -> None:
    """Notes the rows of this file that stand in core already, from files of other names (`own`)."""
    connection.execute(
        "DELETE FROM ops.row_also_stated WHERE table_name = ? AND by_file_sha256 = ?",
        [contract.table, sha256],
    )
    connection.execute(
        f"""
        INSERT INTO ops.row_also_stated
        SELECT ?, o.file_sha256, o.sheet, o.row_number, ?, compared.sheet, compared.row_number
        FROM compared
        JOIN core.{quoted(contract.table)} AS o ON o.rowid = compared.old_row
        WHERE compared.is_same AND NOT list_contains(?, o.file_sha256)
        ORDER BY compared.ordinal
        """,
        [contract.table, sha256, [sha256, *own]],
    )


def retract(
    connection: duckdb.DuckDBPyConnection, contract: Contract, vintages: Sequence[str]
) -> None:
    """Takes out rows that earlier vintages stated and the new one does not (or not validly)."""
    table = f"core.{quoted(contract.table)}"
    key = " AND ".join(
        f"o.{quoted(name)} IS NOT DISTINCT FROM t.{quoted(name)}" for name in contract.key
    )
    connection.execute(
        f"""
        CREATE OR REPLACE TEMP TABLE leaving AS
        SELECT o.rowid AS core_row, o.file_sha256, o.sheet, o.row_number
        FROM {table} AS o
        WHERE list_contains(?, o.file_sha256)
          AND NOT EXISTS (SELECT 1 FROM typed_rows AS t WHERE {key} AND {SURVIVES})
        """,
        [list(vintages)],
    )
    _find_heirs(connection, contract, vintages)
    connection.execute(
        f"DELETE FROM {table} WHERE rowid IN (SELECT core_row FROM leaving WHERE NOT EXISTS "
        "(SELECT 1 FROM heirs WHERE heirs.core_row = leaving.core_row))"
    )
    _hand_over(connection, contract)


def _find_heirs(
    connection: duckdb.DuckDBPyConnection, contract: Contract, vintages: Sequence[str]
) -> None:
    """Makes `heirs`: for each leaving row the first place in another standing file that has it."""
    connection.execute(
        """
        CREATE OR REPLACE TEMP TABLE heirs AS
        SELECT leaving.*, a.by_file_sha256, a.by_sheet, a.by_row_number
        FROM leaving
        JOIN ops.row_also_stated AS a
          ON a.table_name = ?
          AND a.file_sha256 = leaving.file_sha256
          AND a.sheet = leaving.sheet
          AND a.row_number = leaving.row_number
        JOIN ops.input_file AS f ON f.file_sha256 = a.by_file_sha256
        WHERE f.status = 'loaded' AND NOT list_contains(?, a.by_file_sha256)
        QUALIFY 1 = row_number() OVER (
          PARTITION BY core_row ORDER BY f.sequence, a.by_sheet, a.by_row_number)
        """,
        [contract.table, list(vintages)],
    )


def _hand_over(connection: duckdb.DuckDBPyConnection, contract: Contract) -> None:
    """The heirs' places become the origin of their rows, in core and in what is noted of them."""
    origin = (
        "SET file_sha256 = by_file_sha256, sheet = by_sheet, row_number = by_row_number "
        "FROM heirs WHERE"
    )
    connection.execute(f"UPDATE core.{quoted(contract.table)} AS o {origin} o.rowid = core_row")
    connection.execute(
        """
        UPDATE ops.row_also_stated AS a
        SET
          file_sha256 = heirs.by_file_sha256,
          sheet = heirs.by_sheet,
          row_number = heirs.by_row_number
        FROM heirs
        WHERE a.table_name = ?
          AND a.file_sha256 = heirs.file_sha256
          AND a.sheet = heirs.sheet
          AND a.row_number = heirs.row_number
        """,
        [contract.table],
    )
    connection.execute("DELETE FROM ops.row_also_stated WHERE file_sha256 = by_file_sha256")
