"""Whether anything changed that the engine's tables follow from; if nothing did, they stand.

Rows are told by their number and the sum of their hashes (`stored_columns.py`), a table at a time:
no wide column is read. Beside them stand the ledger's names and spans, profile, definitions, code
and the as-of date.
"""

from collections.abc import Iterable, Mapping
from datetime import date
from hashlib import sha256
from pathlib import Path

import duckdb

from indicators.definitions.contracts import contracts
from indicators.definitions.derivations import ROW_HASH
from indicators.definitions.indicator import Indicator
from indicators.definitions.mission_profile import Mission, resolve_path
from indicators.foundation.sql_text import quoted
from indicators.incremental.code_version import METHOD_VERSION

_LEDGER = (
    "ops.input_file",
    "ops.covered_span",
    "ops.unread_file",
    "ops.recorded_column",
    "(FROM mart.reject_place WHERE indicator IS NULL)",
)


def table_totals(connection: duckdb.DuckDBPyConnection) -> dict[str, str]:
    """Of each core table the number of rows and the sum of their hashes, as text."""
    total = f"coalesce(sum(CAST({ROW_HASH} AS HUGEINT)), 0)"
    selects = [
        f"SELECT '{table}', format('{{}}:{{}}', count(*), {total}) FROM core.{quoted(table)}"
        for table in contracts()
    ]
    return dict(connection.execute("\nUNION ALL\n".join(selects)).fetchall())


def inputs_of(
    connection: duckdb.DuckDBPyConnection,
    mission: Mission,
    indicators: Iterable[Indicator],
    as_of: date,
    profile: Path | None,
    totals: Mapping[str, str],
) -> str:
    """One fingerprint of all inputs of a refresh; `indicators`: every version that is computed.

    `totals`: of the core tables (`table_totals`).
    """
    outlines = resolve_path(mission.areas_geojson or "", profile or Path())
    rows = [connection.execute(f"FROM {table} ORDER BY ALL").fetchall() for table in _LEDGER]
    parts = [
        METHOD_VERSION,
        as_of.isoformat(),
        mission.model_dump_json(),
        *(entry.model_dump_json() for entry in indicators),
        sha256(outlines.read_bytes()).hexdigest() if outlines.is_file() else "",
        repr(totals),
        repr(rows),
    ]
    return sha256("\n".join(parts).encode()).hexdigest()


def row_counts(connection: duckdb.DuckDBPyConnection, tables: Iterable[str]) -> str:
    """Rows of these tables of the mart, as text."""
    counts = "\nUNION ALL\n".join(
        f"SELECT '{table}', count(*) FROM mart.{table}" for table in tables
    )
    return str(sorted(connection.execute(counts).fetchall()))


def column_count(connection: duckdb.DuckDBPyConnection) -> int:
    """Columns of all tables of the mart: one that gained any is filled anew."""
    columns = "SELECT sum(column_count) FROM duckdb_tables() WHERE schema_name = 'mart'"
    return int(connection.execute(columns).fetchall()[0][0])
