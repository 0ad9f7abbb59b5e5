"""What is stored of core rows: to be worked out again after statements, and held against rows."""

from typing import Any

import duckdb

from indicators.compiler.derived.columns import rows_sql
from indicators.compiler.derived.functions import functions_sql
from indicators.definitions.contracts import LINEAGE, contracts
from indicators.definitions.derivations import stored_columns
from indicators.definitions.mission_profile import Mission
from indicators.foundation.sql_text import quoted


def rows_were_changed(connection: duckdb.DuckDBPyConnection) -> None:
    """After statements that changed rows of core: what is stored of a row is to be worked out."""
    filled = """SELECT table_name FROM duckdb_tables()
        WHERE schema_name = 'core' AND estimated_size > 0 ORDER BY ALL"""
    changed = "UPDATE core.{} SET row_hash = NULL WHERE row_hash IS NOT NULL"
    for (table,) in connection.execute(filled).fetchall():
        connection.execute(changed.format(table))


def rows_stored_otherwise(
    connection: duckdb.DuckDBPyConnection, mission: Mission
) -> list[tuple[str, list[Any]]]:
    """Tables of which a row holds something else than what follows from its columns now."""
    for statement in functions_sql(mission, "2026-12-31"):
        connection.execute(statement)
    found = []
    for table, contract in contracts().items():
        own = list(stored_columns(contract))
        content = ", ".join(quoted(name) for name in (*contract.columns, "file_sha256"))
        key = ", ".join(["file_sha256", "sheet", "row_number", *own])
        rows = connection.execute(
            f"""SELECT {key}, row_hash FROM core.{quoted(table)}
            EXCEPT ALL SELECT {key}, hash({content})
            FROM ({rows_sql(contract, {*contract.columns, *LINEAGE, *own})})"""
        ).fetchall()
        if rows:
            found.append((table, rows))
    return found
