"""A process killed at any moment leaves each file whole or not at all, and a second run ends it."""

import random
import shutil
import time
from contextlib import suppress
from copy import deepcopy
from functools import partial
from pathlib import Path

import pytest

from indicators.definitions.mission_profile import read_mission
from pipelines.ingest.inbox import ingest
from pipelines.workspace.paths import Workspace
from pipelines.workspace.warehouse.connection import open_warehouse
from tests.pipelines.killing import copied, killer
from tests.worlds.mission.delivered import SmallMission
from tests.worlds.mission.mappings import POPULATION

ROWS = 6_000
PREPARE = """
from indicators.definitions.mission_profile import read_mission
from pipelines.ingest.inbox import ingest
from pipelines.ingest.readers import csv  # loaded before the work begins, as is all the rest
mission = read_mission(workspace.profile("small"))
"""
WORK = "ingest(workspace, mission)"
LEDGER = "ops.input_file"
Snapshot = dict[str, list[tuple[object, ...]]]


def population(changed: int, first: int = 0) -> str:
    """Rows of figures, one of 50 bad; the first `changed` of them differ between vintages."""
    lines = ["area,day,sex,persons"]
    for number in range(first, first + ROWS):
        day = f"20{20 + number % 6:02d}-{1 + number // 6 % 12:02d}-{1 + number // 72 % 28:02d}"
        sex = "FM"[number // 2016 % 2]
        persons = "many" if number % 50 == 7 else str(number + (number - first < changed))
        lines.append(f"XX0{1 + number // 4032 % 2},{day},{sex},{persons}")
    return "\n".join(lines) + "\n"


def snapshot(workspace: Workspace) -> Snapshot:
    """Everything in the warehouse but the clock's table and the number of the run (`intake`), also
    where it is kept so that a run that was cut short goes on under it (`intake_begun`)."""
    with open_warehouse(workspace.warehouse("small")) as connection:
        tables = connection.execute(
            "SELECT schema_name || '.' || table_name FROM duckdb_tables() "
            "WHERE NOT internal AND table_name NOT IN ('delivery', 'intake_begun') ORDER BY 1"
        ).fetchall()
        return {
            name: sorted(connection.execute(_read(name)).fetchall(), key=repr) for (name,) in tables
        }


@pytest.fixture
def waiting(small: SmallMission) -> Workspace:
    """A warehouse with one vintage, its correction and another file waiting in the inbox."""
    small.add_source(POPULATION | {"sender": {"column": "area"}})
    small.deliver("population.csv", population(0))
    small.drop("population.csv", population(500))
    small.drop("population_more.csv", population(0, first=ROWS // 2))
    return small.workspace


def states(waiting: Workspace, folder: Path) -> tuple[list[Snapshot], float]:
    """What the warehouse holds before and after each file of an undisturbed run; its seconds."""
    workspace = copied(waiting, folder)
    found = [snapshot(workspace)]
    started = time.monotonic()
    for path in sorted(workspace.inbox("small").iterdir()):
        ingest(workspace, read_mission(workspace.profile("small")), [path])
        found.append(snapshot(workspace))
    return found, time.monotonic() - started


def delivered(workspace: Workspace) -> list[str]:
    """The SHA-256 of each file in the ledger."""
    with open_warehouse(workspace.warehouse("small")) as connection:
        rows = connection.execute("SELECT file_sha256 FROM ops.input_file").fetchall()
    return [sha256 for (sha256,) in rows]


def kill_and_resume(waiting: Workspace, folder: Path, times: int, seed: int) -> int:
    """Kills so many runs at moments spread by `seed`; returns how many were hit while at work."""
    moments = random.Random(seed)
    known, seconds = states(waiting, folder / "undisturbed")
    assert known[0] != known[1] != known[2]
    hit, workspace = 0, copied(waiting, folder / "killed")
    with killer(workspace, PREPARE, WORK) as kill:
        for _ in range(times):
            hit += kill(moments.uniform(0, seconds))
            assert snapshot(workspace) in known
            ingest(workspace, read_mission(workspace.profile("small")))
            assert snapshot(workspace) == known[-1]
            assert list(workspace.inbox("small").iterdir()) == []
            archived = sorted(path.name for path in workspace.archive("small").iterdir())
            assert archived == sorted(f"{sha256}.csv" for sha256 in delivered(workspace))
            shutil.rmtree(workspace.home)
            copied(waiting, workspace.home)
    return hit


def test_ten_kills(waiting: Workspace, tmp_path_factory: pytest.TempPathFactory) -> None:
    hit = kill_and_resume(waiting, tmp_path_factory.mktemp("kills"), times=10, seed=2026)
    assert hit > 0


@pytest.mark.soak
def test_fifty_kills(waiting: Workspace, tmp_path_factory: pytest.TempPathFactory) -> None:
    hit = kill_and_resume(waiting, tmp_path_factory.mktemp("kills"), times=50, seed=7)
    assert hit > 5


@pytest.mark.soak
def test_kills_while_files_are_read_again(
    small: SmallMission, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """A changed mapping: each file of the archive is read again whole or not at all."""
    folder = tmp_path_factory.mktemp("again")
    small.deliver("population.csv", population(0))
    small.deliver("population_more.csv", population(0, first=ROWS))
    changed = deepcopy(POPULATION)
    changed["tables"][0]["columns"]["persons"] |= {"recode": {"many": "5"}}
    small.add_source(changed)
    known = [snapshot(small.workspace)]
    for stop_at in (1, None):
        workspace = copied(small.workspace, folder / f"until_{stop_at}")
        started = time.monotonic()
        with suppress(KeyboardInterrupt):
            ingest(workspace, small.mission, progress=partial(_stop, stop_at))
        seconds = time.monotonic() - started
        known.append(snapshot(workspace))
    assert known[0] != known[1] != known[2]
    moments, hit = random.Random(20), 0
    workspace = copied(small.workspace, folder / "killed")
    with killer(workspace, PREPARE, WORK) as kill:
        for _ in range(4):
            hit += kill(moments.uniform(0, seconds))
            assert snapshot(workspace) in known
            ingest(workspace, small.mission)
            assert snapshot(workspace) == known[-1]
            shutil.rmtree(workspace.home)
            copied(small.workspace, workspace.home)
    assert hit > 0


def _stop(at: int | None, done: int, total: int, name: str) -> None:
    if done == at:
        raise KeyboardInterrupt


def _read(name: str) -> str:
    return f"SELECT * EXCLUDE (intake) FROM {name}" if name == LEDGER else f"FROM {name}"
