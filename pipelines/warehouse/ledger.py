"""The ledger of input files (`ops.input_file`): every file ever taken in, by its SHA-256."""

from collections.abc import Iterable
from dataclasses import astuple, dataclass, fields, replace
from datetime import UTC, date, datetime

import duckdb


@dataclass(frozen=True)
class InputFile:
    """One row of the ledger; rows_read = rows_loaded + rows_rejected + rows_unchanged.

    `rows_ignored` (part of rows_unchanged): rows that no table of the mapping takes.
    `sequence` counts up in the order of intake.
    """

    file_sha256: str
    name: str
    source: str
    status: str  # loaded, superseded, held, empty
    sequence: int
    rows_read: int = 0
    rows_loaded: int = 0
    rows_rejected: int = 0
    rows_unchanged: int = 0
    rows_ignored: int = 0
    superseded_by: str | None = None


_COLUMNS = ", ".join(field.name for field in fields(InputFile))
_PLACES = ", ".join("?" for _ in fields(InputFile))


def known_file(connection: duckdb.DuckDBPyConnection, sha256: str) -> InputFile | None:
    """The ledger's entry for this content, if there is one."""
    rows = connection.execute(
        f"SELECT {_COLUMNS} FROM ops.input_file WHERE file_sha256 = ?", [sha256]
    ).fetchall()
    return InputFile(*rows[0]) if rows else None


def vintages(connection: duckdb.DuckDBPyConnection, name: str, source: str) -> list[InputFile]:
    """All deliveries of one file name for one source, oldest first."""
    rows = connection.execute(
        f"""
        SELECT {_COLUMNS} FROM ops.input_file
        WHERE name = ? AND source = ?
        ORDER BY sequence
        """,
        [name, source],
    ).fetchall()
    return [InputFile(*row) for row in rows]


def next_sequence(connection: duckdb.DuckDBPyConnection) -> int:
    """The number of the next file."""
    ((number,),) = connection.execute(
        "SELECT coalesce(max(sequence), 0) + 1 FROM ops.input_file"
    ).fetchall()
    return int(number)


def record(connection: duckdb.DuckDBPyConnection, entry: InputFile) -> None:
    """Writes or rewrites the entry of one file."""
    connection.execute("DELETE FROM ops.input_file WHERE file_sha256 = ?", [entry.file_sha256])
    connection.execute(
        f"INSERT INTO ops.input_file ({_COLUMNS}) VALUES ({_PLACES})", list(astuple(entry))
    )


def supersede(connection: duckdb.DuckDBPyConnection, old: list[InputFile], new_sha256: str) -> None:
    """Marks the earlier vintages that still stand as replaced by a new file."""
    for entry in old:
        if entry.status != "superseded":
            record(connection, replace(entry, status="superseded", superseded_by=new_sha256))


def record_span(
    connection: duckdb.DuckDBPyConnection,
    sha256: str,
    tables: Iterable[str],
    span: tuple[date | None, date | None, str] | None,
) -> None:
    """Writes or rewrites the days for which a file speaks; None: its mapping declares none."""
    connection.execute("DELETE FROM ops.covered_span WHERE file_sha256 = ?", [sha256])
    if span is not None:
        for table in sorted(set(tables)):
            connection.execute(
                "INSERT INTO ops.covered_span VALUES (?, ?, ?, ?, ?)", [sha256, table, *span]
            )


def record_delivery(connection: duckdb.DuckDBPyConnection, sha256: str, name: str) -> None:
    """Notes when a file came; for people only, no release holds it."""
    now = datetime.now(UTC).replace(tzinfo=None)
    connection.execute("INSERT INTO ops.delivery VALUES (?, ?, ?)", [sha256, name, now])
