"""The folders of a workspace: leftovers of killed runs, what cannot be written, what waits."""

import os
import shutil
import sqlite3
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

from indicators.foundation.errors import Problem
from pipelines.ingest.arriving import deliveries
from pipelines.release.naming import CANDIDATE_PREFIX
from pipelines.workspace.installation import is_open_to_others
from pipelines.workspace.paths import Workspace
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
        try:
            with closing(sqlite3.connect(f"{path.as_uri()}?mode=ro", uri=True)) as connection:
                said = connection.execute("PRAGMA quick_check(1)").fetchone()[0]
        except sqlite3.DatabaseError as error:
            said = type(error).__name__
        if said != "ok":
            is_ours = path.name == "records.db"
            rule = "doctor_records_damaged" if is_ours else "doctor_runs_damaged"
            yield Problem(rule, path.relative_to(home).as_posix())


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
