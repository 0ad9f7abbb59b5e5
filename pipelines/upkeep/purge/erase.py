"""Removing a file, or the rows under a key, from archive and warehouse, for good."""

import json
import shutil
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from uuid import uuid4

import duckdb
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from indicators.definitions.contracts import Contract, contracts
from indicators.definitions.mission_profile import Mission, read_mission
from indicators.foundation.errors import Problem, WrongUse
from indicators.foundation.sql_text import quoted
from indicators.foundation.stored.database import one_transaction
from indicators.foundation.stored.published_tables import MANIFEST
from pipelines.ingest.files import archive as archived
from pipelines.ingest.files.delivered_file import Delivery, read_delivery
from pipelines.ingest.load_file import rewrite_archive
from pipelines.ingest.mapping.places.area_polygons import read_outlines
from pipelines.ingest.mapping.sources.known_sources import known_sources
from pipelines.ingest.refusals import key_sha256
from pipelines.ingest.rows import upsert, withdraw
from pipelines.ingest.rows.orphans import quarantine_orphans
from pipelines.release.approval.second_person import user
from pipelines.release.naming import CANDIDATE_PREFIX, release_folder, releases_of
from pipelines.workspace.durable import sync
from pipelines.workspace.paths import Workspace
from pipelines.workspace.warehouse import ledger
from pipelines.workspace.warehouse.connection import locked, open_warehouse
from pipelines.workspace.warehouse.inspect import Connection
from pipelines.workspace.warehouse.last_state import copy_of


def compact(path: Path) -> None:
    """Replaces a warehouse by a copy of its living rows, in one rename.

    Cut short, the old file stands and the copy on its way is removed by the next run. Raises
    WrongUse (`warehouse_locked`) where another process has it open.
    """
    fresh = path.with_name(f".{path.name}.fresh")
    with locked(path):
        for leftover in (fresh, fresh.with_name(fresh.name + ".wal")):
            leftover.unlink(missing_ok=True)
        with duckdb.connect(":memory:") as connection:
            before, after = (str(name).replace("'", "''") for name in (path, fresh))
            connection.execute(f"ATTACH '{before}' AS before")
            connection.execute("CHECKPOINT before")
            connection.execute(f"ATTACH '{after}' AS after")
            connection.execute("COPY FROM DATABASE before TO after")
            connection.execute("CHECKPOINT after")
        sync(fresh)
        fresh.replace(path)
        path.with_name(path.name + ".wal").unlink(missing_ok=True)
        sync(path.parent)


@dataclass(frozen=True)
class Rests:
    """A release, and the indicators whose figures count rows of the files.

    `has_text`: the key, or a cell of the file, stands among the rejected cells that the mission's
    own copy lists.
    """

    release: str
    indicators: tuple[str, ...]
    has_text: bool


def resting_on(
    workspace: Workspace, mission: str, files: Sequence[str], key: str | None
) -> Iterator[Rests]:
    """The releases made while one of these files (SHA-256) was in force, and those that list a
    rejected cell, oldest first. `key`: what was removed; None: the files themselves.
    """
    for name in releases_of(workspace, mission):
        folder = release_folder(workspace, mission, name)
        manifest = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
        inputs = {e["sha256"]: e["status"] for e in manifest["inputs"] if e["sha256"] in files}
        if not inputs:
            continue
        found: set[str] = set()
        for path in folder.glob("*/parquet/contribution.parquet"):
            rows = pq.read_table(path, columns=["indicator", "file_sha256"])
            own = rows.filter(pc.is_in(rows["file_sha256"], value_set=pa.array(files, pa.string())))
            found.update(own["indicator"].unique().to_pylist())
        lists = folder.glob("*/parquet/reject_summary.parquet")
        has_text = any(_lists(path, files) if key is None else _tells(path, key) for path in lists)
        if has_text or "loaded" in inputs.values():  # of others no row counts
            yield Rests(name, tuple(sorted(found)), has_text)


def _lists(path: Path, files: Sequence[str]) -> bool:
    """Whether a list of rejected cells has the text of one of these files."""
    rows = pq.read_table(path, columns=["file_sha256", "raw_value"])
    own = rows.filter(pc.is_in(rows["file_sha256"], value_set=pa.array(files, pa.string())))
    return own["raw_value"].null_count < own.num_rows


def _tells(path: Path, text: str) -> bool:
    """Whether a list of rejected cells tells the text."""
    columns = set(pq.read_schema(path).names) & {"raw_value", "sentence_en"}
    rows = pq.read_table(path, columns=sorted(columns))
    return any(pc.any(pc.match_substring(column, text)).as_py() for column in rows.columns)


_SHORTEST_HASH = 8  # signs of a SHA-256 that are enough to name a file
Place = tuple[str, str, int]
"""SHA-256 of a file, sheet, row number."""


@dataclass(frozen=True)
class PurgeReport:
    """What was removed (`kind`: file or key): files that had it, rows of core, who still shows it.

    `still_there`: files of the inbox that hold the key, or are the file.
    """

    purge_id: str
    kind: str
    files: tuple[str, ...]
    rows: int
    releases: tuple[Rests, ...]
    still_there: tuple[str, ...]


def purge(workspace: Workspace, mission: str, target: str, reason: str) -> PurgeReport:
    """Removes a file (its name, or SHA-256) or the rows under a key, everywhere but in releases.

    Raises WrongUse (`purge_unknown`) where neither a file nor a row is known by it. What an
    earlier run left unfinished is finished first.
    """
    finish(workspace, mission)
    with open_warehouse(workspace.warehouse(mission)) as connection:
        named = _files_named(connection, target)
        kind, purge_id = "file" if named else "key", new_id()
        with one_transaction(connection):
            if named:
                files, rows = _remove_files(connection, purge_id, named)
            else:
                files, rows = _remove_key(connection, mission, purge_id, target)
            record(connection, purge_id, kind, reason, rows)
            forget_what_follows(connection)
    finish(workspace, mission)
    return PurgeReport(
        purge_id,
        kind,
        tuple(files),
        rows,
        tuple(resting_on(workspace, mission, files, None if named else target)),
        tuple(_still_there(workspace, mission, target, files)),
    )


def new_id() -> str:
    """The name of a removal in its record."""
    return uuid4().hex[:12]


def record(connection: Connection, purge_id: str, kind: str, reason: str, rows: int) -> None:
    """Notes that a removal has begun: who, when, why, how many rows of core."""
    now = datetime.now(UTC).replace(tzinfo=None)
    connection.execute(
        "INSERT INTO ops.purge VALUES (?, ?, 'begun', ?, ?, ?, ?)",
        [purge_id, kind, reason, user(), now, rows],
    )


def unfinished(connection: Connection) -> list[str]:
    """Removals that were cut short."""
    rows = connection.execute("SELECT purge_id FROM ops.purge WHERE state = 'begun' ORDER BY 1")
    return [purge_id for (purge_id,) in rows.fetchall()]


def finish(workspace: Workspace, mission: str) -> None:
    """Rewrites archive and database file for every removal that has begun; then it is done."""
    path = workspace.warehouse(mission)
    with open_warehouse(path) as connection:
        if not unfinished(connection):
            return
        _clean_archive(workspace, read_mission(workspace.profile(mission)), connection)
        for folder in (
            *workspace.releases(mission).glob(f"{CANDIDATE_PREFIX}*"),
            workspace.home / "logs",
            workspace.row_files(mission),
        ):  # unpublished drafts; reports of faults; rows as Spark reads them, written anew by it
            shutil.rmtree(folder, ignore_errors=True)
    compact(path)
    copy_of(path).unlink(missing_ok=True)
    with open_warehouse(path) as connection:
        connection.execute("UPDATE ops.purge SET state = 'done' WHERE state = 'begun'")


def _files_named(connection: Connection, target: str) -> list[ledger.InputFile]:
    entries = ledger.all_files(connection)
    named = [entry for entry in entries if entry.name == Path(target).name]
    if not named and len(target) >= _SHORTEST_HASH:
        named = [entry for entry in entries if entry.file_sha256.startswith(target.lower())]
    return named


# Files --------------------------------------------------------------------------------------------


def _remove_files(
    connection: Connection, purge_id: str, entries: Sequence[ledger.InputFile]
) -> tuple[list[str], int]:
    """Takes out all versions of a file, unless another file states the same rows."""
    hashes = [entry.file_sha256 for entry in entries]
    for entry in entries:
        connection.execute(
            "INSERT INTO ops.purged_file VALUES (?, ?, ?)",
            [purge_id, entry.file_sha256, entry.archive_sha256],
        )
    rows = 0
    for contract in contracts().values():
        upsert.nothing_compared(connection)
        rows += withdraw.retract(connection, contract, hashes)
        for schema in ("raw", "quarantine"):
            connection.execute(
                f"DELETE FROM {schema}.{quoted(contract.table)} "
                "WHERE list_contains(?, file_sha256)",
                [hashes],
            )
    quarantine_orphans(connection)
    for table, column in _NOTES_OF_FILES:
        connection.execute(f"DELETE FROM ops.{table} WHERE list_contains(?, {column})", [hashes])
    connection.execute(
        "UPDATE ops.input_file SET superseded_by = NULL, mapping_version = NULL, "
        "status = CASE WHEN status = 'superseded' THEN 'held' ELSE status END "
        "WHERE list_contains(?, superseded_by)",
        [hashes],
    )
    return hashes, rows


_NOTES_OF_FILES = (
    ("input_file", "file_sha256"),
    ("file_period", "file_sha256"),
    ("covered_span", "file_sha256"),
    ("delivery", "file_sha256"),
    ("rows_not_kept", "file_sha256"),
    ("row_warning", "file_sha256"),
    ("row_also_stated", "file_sha256"),
    ("row_also_stated", "by_file_sha256"),
    ("row_correction", "file_sha256"),
    ("row_correction", "old_file_sha256"),
)


# Keys ---------------------------------------------------------------------------------------------


def _remove_key(
    connection: Connection, mission: str, purge_id: str, key: str
) -> tuple[list[str], int]:
    """Takes out the rows under a key of a person or case, in every table and version of a file."""
    digest = key_sha256(mission, key)
    places: set[Place] = set()
    rows = 0
    for contract in contracts().values():
        found, removed = _remove_rows(connection, contract, key)
        places |= found
        rows += removed
    for table in (f"quarantine.{quoted(t)}" for t in contracts()):
        connection.execute(f"DELETE FROM {table} WHERE {_MENTIONS}", {"key": key})
    connection.execute(f"DELETE FROM ops.row_warning WHERE {_MENTIONS}", {"key": key})
    for table in ("row_also_stated", "row_correction"):
        is_it = "contains(row_key, CAST(to_json($key) AS VARCHAR))"
        connection.execute(f"DELETE FROM ops.{table} WHERE {is_it}", {"key": key})
    remove_places(connection, places)
    if not places:
        raise WrongUse(Problem("purge_unknown", parameters={"mission": mission}))
    quarantine_orphans(connection)
    connection.execute("INSERT INTO ops.purged_key VALUES (?, ?)", [purge_id, digest])
    files = sorted({sha256 for sha256, _, _ in places})
    standing = [e.file_sha256 for e in ledger.all_files(connection) if e.status == "loaded"]
    ledger.to_be_read_again(connection, set(files) & set(standing))
    return files, rows


_MENTIONS = "contains(coalesce(raw_value, ''), $key) OR contains(coalesce(parameters, ''), $key)"


def _remove_rows(connection: Connection, contract: Contract, key: str) -> tuple[set[Place], int]:
    """(places, rows of core) of a table under a key."""
    keys = contract.person_keys()
    if not keys:
        return set(), 0
    is_it = " OR ".join(f"{quoted(name)} = $key" for name in keys)
    table, places = quoted(contract.table), set()
    count = 0
    for schema in ("raw", "core"):
        rows = connection.execute(
            f"DELETE FROM {schema}.{table} WHERE {is_it} RETURNING file_sha256, sheet, row_number",
            {"key": key},
        ).fetchall()
        places.update(rows)
        count = len(rows)
    return places, count


def remove_places(connection: Connection, places: set[Place]) -> None:
    """Takes out what raw and quarantine hold of these rows, in whatever table they stand."""
    if not places:
        return
    connection.execute(
        "CREATE OR REPLACE TEMP TABLE purged_place "
        "(file_sha256 VARCHAR, sheet VARCHAR, row_number BIGINT)"
    )
    connection.executemany("INSERT INTO purged_place VALUES (?, ?, ?)", sorted(places, key=str))
    tables = [f"{s}.{quoted(t)}" for t in contracts() for s in ("raw", "quarantine")]
    for table in (*tables, "ops.row_warning"):
        connection.execute(
            f"DELETE FROM {table} AS t WHERE EXISTS (SELECT 1 FROM purged_place AS p "
            "WHERE p.file_sha256 = t.file_sha256 AND p.row_number = t.row_number "
            "AND coalesce(p.sheet, '') = coalesce(t.sheet, ''))"
        )
    connection.execute("DROP TABLE purged_place")


def forget_what_follows(connection: Connection) -> None:
    """Drops what was computed: the next refresh makes it anew, from what is left."""
    rows = connection.execute(
        "SELECT schema_name, table_name FROM duckdb_tables() WHERE schema_name IN ('cube', 'mart') "
        "OR schema_name = 'ops' AND table_name LIKE 'waiting!_%' ESCAPE '!'"
    ).fetchall()
    for schema, table in rows:
        connection.execute(f"DROP TABLE {schema}.{quoted(table)}")
    connection.execute("DELETE FROM ops.refresh_step")


# The archive --------------------------------------------------------------------------------------


def _clean_archive(workspace: Workspace, mission: Mission, connection: Connection) -> None:
    """Rewrites what the archive keeps of each file without what may not be kept any more."""
    folder = workspace.archive(mission.mission)
    for (sha256,) in connection.execute("SELECT file_sha256 FROM ops.purged_file").fetchall():
        archived.remove(folder, sha256)
    profile = workspace.profile(mission.mission)
    sources = known_sources(profile)
    outlines = cache(lambda: read_outlines(profile, mission))
    gone: set[Place] = set()
    for entry in ledger.all_files(connection):
        path, source = archived.archived_path(folder, entry.file_sha256), sources.get(entry.source)
        if path is None or source is None:
            continue
        read = archived.read_rows if archived.is_rows(path) else read_delivery
        delivery = Delivery(path, entry.name, entry.file_sha256, source, archive=folder)
        try:
            places = rewrite_archive(connection, mission, delivery, entry, outlines, read)
        except WrongUse:  # its mapping reads it no more: nobody can tell what is in it
            archived.remove(folder, entry.file_sha256)
            continue
        gone |= {(entry.file_sha256, *place) for place in places}
    remove_places(connection, gone)


def _still_there(
    workspace: Workspace, mission: str, target: str, files: Sequence[str]
) -> Iterator[str]:
    """Files of the inbox in which the key, or the very file, still stands: they are the user's."""
    for path in sorted(workspace.inbox(mission).rglob("*")):
        if path.is_file() and (
            target.encode() in path.read_bytes() or archived.sha256_of(path) in files
        ):
            yield str(path.relative_to(workspace.home))
