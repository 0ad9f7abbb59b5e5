"""The ledger of input files (`ops.input_file`): every file ever taken in, by its SHA-256."""

from collections.abc import Iterable, Sequence
from dataclasses import astuple, dataclass, fields, replace
from datetime import UTC, date, datetime

import duckdb

REDUCED = "retention"
"""The source under which the ledger lists rows that are kept as counted only."""


@dataclass(frozen=True)
class InputFile:
    """One row of the ledger; rows_read = rows_loaded + rows_rejected + rows_unchanged.

    `rows_ignored` (part of rows_unchanged): rows that no table of the mapping takes;
    `rows_refused` (likewise): rows of which nothing may be kept but their number.
    `sequence` counts up in the order of intake. `mapping_version`: what the rows were made with;
    None where they have to be made again. `archive_sha256`: hash of what the archive keeps, the
    file itself or the rows that may be kept; None for files read in place. `left_out`: JSON of
    what it does not keep (names of columns, rows by reason). `intake`: the sequence with which the
    intake began that brought it: files of one intake have one number.
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
    mapping_version: str | None = None
    rows_refused: int = 0
    archive_sha256: str | None = None
    left_out: str | None = None
    intake: int | None = None


_COLUMNS = ", ".join(field.name for field in fields(InputFile))
_PLACES = ", ".join("?" for _ in fields(InputFile))


def known_file(connection: duckdb.DuckDBPyConnection, sha256: str) -> InputFile | None:
    """The ledger's entry for this content, if there is one."""
    rows = connection.execute(
        f"SELECT {_COLUMNS} FROM ops.input_file WHERE file_sha256 = ?", [sha256]
    ).fetchall()
    return InputFile(*rows[0]) if rows else None


def all_files(connection: duckdb.DuckDBPyConnection) -> list[InputFile]:
    """The whole ledger, oldest first."""
    rows = connection.execute(f"SELECT {_COLUMNS} FROM ops.input_file ORDER BY sequence")
    return [InputFile(*row) for row in rows.fetchall()]


def newest_of(entries: Sequence[InputFile], supersedes: str) -> list[InputFile]:
    """Of the files of one source those that no later file replaces whole: the last of each name.

    `supersedes`: the mapping's key; `all` leaves the very last. Files that were held back or had
    no row replace nothing, and stay themselves as long as nothing came after them.
    """
    found: list[InputFile] = []
    replaced: set[str] = set()
    for entry in sorted(entries, key=lambda entry: entry.sequence, reverse=True):
        name = "" if supersedes == "all" else entry.name
        if name not in replaced:
            found.append(entry)
        if entry.status in ("loaded", "superseded"):
            replaced.add(name)
    return found[::-1]


def to_be_read_again(connection: duckdb.DuckDBPyConnection, sha256s: Iterable[str]) -> None:
    """Marks files whose rows have to be made again, by what runs next."""
    if files := sorted(sha256s):
        connection.execute(
            "UPDATE ops.input_file SET mapping_version = NULL WHERE list_contains(?, file_sha256)",
            [files],
        )


def next_sequence(connection: duckdb.DuckDBPyConnection) -> int:
    """The number of the next file."""
    ((number,),) = connection.execute(
        "SELECT coalesce(max(sequence), 0) + 1 FROM ops.input_file"
    ).fetchall()
    return int(number)


def begin_intake(connection: duckdb.DuckDBPyConnection) -> int:
    """The number of the intake that begins: that of one that was cut short, else the next."""
    if begun := connection.execute("SELECT number FROM ops.intake_begun").fetchone():
        return int(begun[0])
    number = next_sequence(connection)
    connection.execute("INSERT INTO ops.intake_begun VALUES (?)", [number])
    return number


def end_intake(connection: duckdb.DuckDBPyConnection) -> None:
    """All files of the intake were taken in or refused."""
    connection.execute("DELETE FROM ops.intake_begun")


def record_told(
    connection: duckdb.DuckDBPyConnection, table: str, rows: Iterable[tuple[str, str]]
) -> None:
    """Writes a table of what all files together say anew: `unread_file` or `recorded_column`."""
    told = sorted(set(rows))
    columns = [[row[at] for row in told] for at in (0, 1)]
    connection.execute(f"DELETE FROM ops.{table}")
    connection.execute(  # at once: one by one the columns of a mission take a third of a second
        f"INSERT INTO ops.{table} SELECT unnest(?::VARCHAR[]), unnest(?::VARCHAR[])", columns
    )


def record(connection: duckdb.DuckDBPyConnection, entry: InputFile) -> None:
    """Writes or rewrites the entry of one file."""
    connection.execute("DELETE FROM ops.input_file WHERE file_sha256 = ?", [entry.file_sha256])
    connection.execute(
        f"INSERT INTO ops.input_file ({_COLUMNS}) VALUES ({_PLACES})", list(astuple(entry))
    )


def supersede(connection: duckdb.DuckDBPyConnection, old: list[InputFile], new_sha256: str) -> None:
    """Marks the earlier vintages that still stand as replaced whole by a new file.

    Should they ever stand again, their rows have to be made again.
    """
    for entry in old:
        if entry.status != "superseded":
            gone = replace(entry, status="superseded", superseded_by=new_sha256)
            record(connection, replace(gone, mapping_version=None))


def supersede_by_periods(
    connection: duckdb.DuckDBPyConnection, old: InputFile, new_sha256: str
) -> None:
    """Marks a file all periods of which later files hold; `new_sha256` is the last of these."""
    record(connection, replace(old, status="superseded", superseded_by=new_sha256))


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
