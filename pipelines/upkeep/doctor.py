"""What is wrong with a workspace, each finding with its mend; nothing here changes anything."""

import json
import os
import shutil
import sqlite3
import time
from collections.abc import Iterator
from contextlib import closing
from functools import cache, partial
from pathlib import Path
from tempfile import TemporaryDirectory

import duckdb

from indicators.foundation.errors import Problem, WrongUse
from indicators.foundation.mart_tables import MART_TABLES
from indicators.foundation.stored.published_tables import PUBLICATION, current_pointer
from pipelines.ingest.files.archive import archived_path, sha256_of
from pipelines.ingest.files.arriving import deliveries
from pipelines.release.naming import CANDIDATE_PREFIX, current_name, releases_of
from pipelines.release.signed.manifest import changed_files
from pipelines.workspace.installation import is_open_to_others
from pipelines.workspace.paths import Workspace
from pipelines.workspace.warehouse import ledger
from pipelines.workspace.warehouse.connection import locked
from pipelines.workspace.warehouse.ddl import tables
from pipelines.workspace.warehouse.inspect import Connection
from pipelines.workspace.warehouse.last_state import copy_of
from records.anchors import lost_by_releases
from records.store import Store

_DAY = 86_400
_LEAST_FREE = 1e9  # bytes: below it a refresh of a large mission may not end
_AHEAD = 600  # seconds by which a file may lie in the future, as shares do not keep our time


def folder_problems(workspace: Workspace) -> Iterator[Problem]:
    """What concerns the workspace as a whole, then what concerns each mission."""
    if not workspace.home.is_dir():
        return
    yield from _space(workspace.home)
    if is_open_to_others(workspace.home):
        yield Problem("doctor_open", value=str(workspace.home))
    yield from _clock(workspace)
    yield from _leftover_profiles(workspace)
    damaged = list(_databases(workspace.home))
    yield from damaged
    if not any(problem.rule == "doctor_records_damaged" for problem in damaged):
        yield from _audit_log(workspace.home)
    for mission in workspace.missions():
        yield from _leftovers(workspace, mission)
        yield from _inbox(workspace, mission)


def _space(home: Path) -> Iterator[Problem]:
    free = shutil.disk_usage(home).free
    if free < _LEAST_FREE:
        yield Problem("doctor_disk", str(home), parameters={"free": f"{free / 1e9:.1f}"})


def _clock(workspace: Workspace) -> Iterator[Problem]:
    """A clock that went back: what was written last lies in the future."""
    for path in sorted((workspace.home / "warehouse").glob("*.duckdb")):
        ahead = path.stat().st_mtime - time.time()
        if ahead > _AHEAD:
            hours = {"hours": f"{ahead / 3600:.1f}"}
            yield Problem("doctor_clock", _shown(workspace, path), parameters=hours)


def _leftover_profiles(workspace: Workspace) -> Iterator[Problem]:
    """Hidden folders beside profiles: a profile that was being replaced."""
    for path in sorted((workspace.home / "missions").glob(".*")):
        name = path.name.split(".")[1]
        is_there = (workspace.profile(name) / "mission.yaml").is_file()
        rule = "doctor_leftover" if is_there else "doctor_profile_moved"
        yield Problem(rule, _shown(workspace, path), parameters={"name": name})


def _leftovers(workspace: Workspace, mission: str) -> Iterator[Problem]:
    releases = workspace.releases(mission)
    found = [
        *workspace.archive(mission).glob(".coming-*.tmp"),
        *releases.glob(f"{CANDIDATE_PREFIX}*"),
        *releases.glob(".*.new"),
        *workspace.warehouse(mission).parent.glob(f".{mission}.*.new"),
    ]
    for path in sorted(found):
        yield Problem("doctor_leftover", _shown(workspace, path))


def _inbox(workspace: Workspace, mission: str) -> Iterator[Problem]:
    inbox = workspace.inbox(mission)
    if not inbox.is_dir():
        yield Problem("doctor_no_inbox", _shown(workspace, inbox))
        return
    if not os.access(inbox, os.W_OK | os.X_OK):
        yield Problem("doctor_inbox_closed", _shown(workspace, inbox))
    waiting = [path for path in deliveries(inbox) if time.time() - path.stat().st_mtime > _DAY]
    if waiting:
        names = [str(path.relative_to(inbox)) for path in waiting[:5]]
        named = ", ".join(names) + (" …" if waiting[5:] else "")
        parameters = {"count": len(waiting), "names": named}
        yield Problem("doctor_waiting", _shown(workspace, inbox), parameters=parameters)


def _databases(home: Path) -> Iterator[Problem]:
    """SQLite files that fail their own check: records, and Dagster's runs and events."""
    for path in [*home.glob("records.db"), *sorted((home / "dagster").rglob("*.db"))]:
        if _sqlite_check(path) != "ok":
            is_ours = path.name == "records.db"
            rule = "doctor_records_damaged" if is_ours else "doctor_runs_damaged"
            yield Problem(rule, path.relative_to(home).as_posix())


def _sqlite_check(path: Path) -> str:
    """What SQLite says of a file. What a killed run left half-written is undone when the file is
    next opened for writing; here that is done in a copy, as nothing is changed."""
    journal = path.with_name(f"{path.name}-journal")
    with TemporaryDirectory() as folder:
        is_half_written = journal.exists()
        if is_half_written:
            path = Path(shutil.copy(path, folder))
            shutil.copy(journal, folder)
        mode = "rw" if is_half_written else "ro"
        try:
            with closing(sqlite3.connect(f"{path.as_uri()}?mode={mode}", uri=True)) as connection:
                return str(connection.execute("PRAGMA quick_check(1)").fetchone()[0])
        except sqlite3.DatabaseError as error:
            return type(error).__name__


def _audit_log(home: Path) -> Iterator[Problem]:
    """A chain that does not hold, and one that lost what a release noted of it."""
    broken = Store.of_workspace(home).first_broken_entry()
    if broken is not None:
        yield Problem("doctor_log_broken", value=str(broken))
    lost = lost_by_releases(home)
    if lost:
        yield Problem("doctor_log_rewritten", value=", ".join(lost))


def _shown(workspace: Workspace, path: Path) -> str:
    return path.relative_to(workspace.home).as_posix()


_LISTED = 5


def release_problems(workspace: Workspace, mission: str) -> Iterator[Problem]:
    """Each release whose files differ from its hashes, and a `current` that names none of them."""
    names, folder = releases_of(workspace, mission), workspace.releases(mission)
    for name in names:
        place = (folder / name).relative_to(workspace.home).as_posix()
        try:
            wrong = changed_files(folder / name)
        except (OSError, ValueError, KeyError, json.JSONDecodeError):
            yield Problem("doctor_release_broken", place)
            continue
        if not (folder / name / PUBLICATION).is_file():
            wrong.append(PUBLICATION)
        if wrong:
            paths = ", ".join(wrong[:_LISTED]) + (f" … ({len(wrong)})" if wrong[_LISTED:] else "")
            yield Problem("doctor_release_changed", place, parameters={"paths": paths})
    current = current_name(workspace, mission)
    place = current_pointer(folder).relative_to(workspace.home).as_posix()
    if current is not None and current not in names:
        yield Problem("doctor_current_unknown", place, value=current)
    elif current is None and names:
        yield Problem("doctor_current_missing", place, parameters={"newest": names[-1]})


_NAMED = 5
Columns = dict[tuple[str, str], dict[str, str]]


def warehouse_problems(workspace: Workspace, mission: str) -> Iterator[Problem]:
    """What is wrong; where the warehouse is being written just now, with its last state."""
    path = workspace.warehouse(mission)
    if not path.is_file():
        return  # nothing has been taken in yet
    name = path.relative_to(workspace.home).as_posix()
    try:
        with locked(path):
            yield from _examined(workspace, mission, path, name, is_written=False)
    except WrongUse:
        if (copy := copy_of(path)).is_file():
            yield from _examined(workspace, mission, copy, name, is_written=True)
        else:
            yield Problem("doctor_locked", name)


def _examined(
    workspace: Workspace, mission: str, path: Path, name: str, *, is_written: bool
) -> Iterator[Problem]:
    """`is_written`: files come into the archive of which this state knows nothing yet."""
    try:
        with duckdb.connect(str(path), read_only=True) as connection:
            there = _columns(connection)
            if _is_of_an_earlier_version(there):
                yield Problem("doctor_earlier_version", name, parameters={"mission": mission})
                return
            yield from _schema(connection, there, name)
            yield from (
                problem
                for problem in _archive(connection, workspace, mission)
                if not is_written or problem.rule != "doctor_archive_unknown"
            )
    except duckdb.Error as error:
        kind = {"reason": type(error).__name__}
        yield Problem("doctor_warehouse_damaged", name, parameters=kind)


def _columns(connection: Connection) -> Columns:
    """(schema, table): the type of each of its columns, in their order."""
    rows = connection.execute(
        "SELECT schema_name, table_name, column_name, data_type FROM duckdb_columns() "
        "WHERE NOT internal ORDER BY schema_name, table_name, column_index"
    ).fetchall()
    found: Columns = {}
    for schema, table, column, kind in rows:
        found.setdefault((schema, table), {})[column] = kind
    return found


def _is_of_an_earlier_version(found: Columns) -> bool:
    """Whether tables lack columns, or those of the mart have others: damage does neither."""
    lacks = any(columns.keys() - found.get((s, t), columns).keys() for s, t, columns in tables())
    return lacks or any(
        list(found.get(("mart", table), columns)) != list(columns)
        for table, columns in MART_TABLES.items()
    )


def _schema(connection: Connection, found: Columns, name: str) -> Iterator[Problem]:
    """Tables that are missing, and columns of another type than the contracts say."""
    missing, other = [], []
    written = cache(partial(_type, connection))  # few types, thousands of columns
    for schema, table, columns in tables():
        there = found.get((schema, table))
        if there is None:
            missing.append(f"{schema}.{table}")
            continue
        other += [
            f"{schema}.{table}.{column}"
            for column, kind in columns.items()
            if there[column] != written(kind)
        ]
    for rule, names in (("doctor_tables_missing", missing), ("doctor_column_types", other)):
        if names:
            yield Problem(rule, name, parameters={"names": _some(names)})


def _type(connection: Connection, kind: str) -> str:
    """The type as DuckDB itself writes it: `DECIMAL(9, 2)` is `DECIMAL(9,2)` there."""
    ((name,),) = connection.execute(f"SELECT typeof(CAST(NULL AS {kind}))").fetchall()
    return str(name)


def _archive(connection: Connection, workspace: Workspace, mission: str) -> Iterator[Problem]:
    """Files that the ledger knows and the archive lacks or holds changed, and the other way."""
    archive = workspace.archive(mission)
    folder = archive.relative_to(workspace.home).as_posix()
    entries = [entry for entry in ledger.all_files(connection) if entry.archive_sha256]
    gone, changed = [], []
    for entry in entries:
        path = archived_path(archive, entry.file_sha256)
        if path is None:
            gone.append(entry.name)
        elif sha256_of(path) != entry.archive_sha256:
            changed.append(entry.name)
    known = {entry.file_sha256 for entry in entries}
    unknown = [
        path.name
        for path in sorted(archive.glob("*"))
        if path.is_file() and not path.name.startswith(".") and path.name[:64] not in known
    ]
    found = {"doctor_archive_gone": gone, "doctor_archive_changed": changed}
    for rule, names in (found | {"doctor_archive_unknown": unknown}).items():
        if names:
            yield Problem(rule, folder, parameters={"names": _some(names)})


def _some(names: list[str]) -> str:
    return ", ".join(names[:_NAMED]) + (f" … ({len(names)})" if names[_NAMED:] else "")
