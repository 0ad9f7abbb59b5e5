"""Refresh and publication killed at any moment, and two of them at once: the same in the end."""

import json
import os
import random
import shutil
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import duckdb
import pytest

from pipelines.doctor.folders import folder_problems
from pipelines.doctor.releases import release_problems
from pipelines.doctor.warehouses import warehouse_problems
from pipelines.orchestration.backfill import backfill, quarters_to_fill
from pipelines.release.manifest import MANIFEST, changed_files
from pipelines.release.naming import current_name, database_of, releases_of
from pipelines.warehouse.connection import open_warehouse
from pipelines.workspace.paths import Workspace
from tests.pipelines.killing import copied, killer
from tests.worlds.mission.evidence import AS_OF, MISSION, files, make
from tests.worlds.mission.profile import write_yaml

QUARTER = "2026-Q2"
PREPARE = """
from pipelines.orchestration import assets, backfill as module
from pipelines.release import candidate
from pipelines.ingest import inbox
from pipelines.quality import checks
from indicators.engine import refresh
from indicators.linkage import results
"""
WORK = f"""quarters = module.quarters_to_fill(workspace, {MISSION!r}, {QUARTER!r}, {QUARTER!r})
list(module.backfill(workspace, {MISSION!r}, quarters))"""
Rows = dict[str, list[tuple[object, ...]]]


@pytest.fixture(scope="module")
def waiting(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    """Files in the inbox, nothing taken in."""
    made = Workspace(tmp_path_factory.mktemp("waiting") / "workspace")
    make(made, files())
    return made


@pytest.fixture(scope="module")
def undisturbed(waiting: Workspace, tmp_path_factory: pytest.TempPathFactory):
    """One quarter refreshed and published, and the seconds that it took."""
    workspace = copied(waiting, tmp_path_factory.mktemp("undisturbed") / "workspace")
    started = time.monotonic()
    fill(workspace)
    return workspace, time.monotonic() - started


def fill(workspace: Workspace) -> None:
    list(backfill(workspace, MISSION, quarters_to_fill(workspace, MISSION, QUARTER, QUARTER)))


def rows_of(workspace: Workspace) -> Rows:
    """What core, quarantine, mart and the ledger hold."""
    with open_warehouse(workspace.warehouse(MISSION)) as connection:
        names = connection.execute(
            "SELECT schema_name || '.' || table_name FROM duckdb_tables() WHERE NOT internal "
            "AND schema_name IN ('raw', 'core', 'quarantine', 'mart', 'ops') "
            "AND table_name <> 'delivery' ORDER BY 1"
        ).fetchall()
        return {
            name: sorted(connection.execute(f"FROM {name}").fetchall(), key=repr)
            for (name,) in names
        }


def manifests(workspace: Workspace) -> dict[str, object]:
    folder = workspace.releases(MISSION)
    return {
        name: json.loads((folder / name / MANIFEST).read_text(encoding="utf-8"))
        for name in releases_of(workspace, MISSION)
    }


def assert_releases_are_whole(workspace: Workspace) -> None:
    for name in releases_of(workspace, MISSION):
        assert changed_files(workspace.releases(MISSION) / name) == []
    assert current_name(workspace, MISSION) in {None, *releases_of(workspace, MISSION)}


@contextmanager
def reading(workspace: Workspace) -> Iterator[None]:
    """Meanwhile somebody reads what is current, as the pages do. Fails on an error of theirs."""
    wrong: list[str] = []
    is_over = threading.Event()

    def read() -> None:
        while not is_over.wait(0.05):
            try:
                if name := current_name(workspace, MISSION):
                    path = database_of(workspace.releases(MISSION) / name, "mission")
                    with duckdb.connect(str(path), read_only=True) as connection:
                        assert connection.execute("FROM mart.indicator_value").fetchall()
            except Exception as error:
                wrong.append(repr(error))

    reader = threading.Thread(target=read)
    reader.start()
    yield
    is_over.set()
    reader.join()
    assert not wrong, wrong[:3]


def kill_and_resume(
    waiting: Workspace, undisturbed: tuple[Workspace, float], folder: Path, times: int, seed: int
) -> int:
    """Kills so many attempts, one after another; returns how many were hit while at work."""
    workspace = copied(waiting, folder / "workspace")
    draw, hit = random.Random(seed), 0
    whole, seconds = undisturbed
    with reading(workspace), killer(workspace, PREPARE, WORK) as kill:
        for number in range(times):
            hit += kill(draw.uniform(0.02, 1.0) * seconds)
            assert_releases_are_whole(workspace)
            if number % 10 == 9 and releases_of(workspace, MISSION):  # from the beginning again
                assert_ends_alike(workspace, whole)
                shutil.rmtree(workspace.home)
                shutil.copytree(waiting.home, workspace.home)
        assert_ends_alike(workspace, whole)
    return hit


def assert_ends_alike(workspace: Workspace, whole: Workspace) -> None:
    fill(workspace)
    assert rows_of(workspace) == rows_of(whole)
    assert manifests(workspace) == manifests(whole)
    found = [
        *folder_problems(workspace),
        *warehouse_problems(workspace, MISSION),
        *release_problems(workspace, MISSION),
    ]
    assert found == []
    assert list(workspace.inbox(MISSION).iterdir()) == []


def test_three_kills(waiting, undisturbed, tmp_path) -> None:
    assert kill_and_resume(waiting, undisturbed, tmp_path, times=3, seed=5) > 0


@pytest.mark.soak
def test_a_hundred_kills(waiting, undisturbed, tmp_path) -> None:
    assert kill_and_resume(waiting, undisturbed, tmp_path, times=100, seed=6) > 50


def test_two_refreshes_at_once_and_a_second_mission_beside_them(
    waiting: Workspace, tmp_path: Path
) -> None:
    workspace = copied(waiting, tmp_path / "workspace")
    second = workspace.profile("second")
    shutil.copytree(workspace.profile(MISSION), second)
    shutil.copytree(workspace.inbox(MISSION), workspace.inbox("second"))
    from pipelines.orchestration.backfill import read_mission

    profile = read_mission(second)
    assert profile.mission == MISSION
    import yaml

    content = yaml.safe_load((second / "mission.yaml").read_text(encoding="utf-8"))
    write_yaml(second / "mission.yaml", content | {"mission": "second"})
    ended = together(
        [lambda m=mission: refreshing(workspace, m) for mission in (MISSION, MISSION, "second")]
    )
    codes = sorted(code for code, _ in ended[:2])
    assert codes[0] == 0 and codes[1] in (0, 2)
    assert all("Traceback" not in said for _, said in ended)
    assert ended[2][0] == 0, ended[2][1]
    own = {table: len(rows) for table, rows in rows_of(workspace).items()}
    with open_warehouse(workspace.warehouse("second")) as connection:
        for table in ("core.activities", "core.incidents", "mart.indicator_value"):
            ((count,),) = connection.execute(f"SELECT count(*) FROM {table}").fetchall()
            assert count == own[table] > 0
    assert [*warehouse_problems(workspace, MISSION), *folder_problems(workspace)] == []


def refreshing(workspace: Workspace, mission: str) -> "subprocess.Popen[str]":
    command = [sys.executable, "-m", "pipelines.cli.main", "refresh", "--mission", mission]
    command += ["--as-of", AS_OF.isoformat()]
    environment = os.environ | {"POCLENS_HOME": str(workspace.home), "POCLENS_LANGUAGE": "en"}
    pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.STDOUT}
    return subprocess.Popen(command, text=True, env=environment, **pipes)


def together(starts: list[Callable[[], "subprocess.Popen[str]"]]) -> list[tuple[int, str]]:
    """Exit code and what was said of processes that were started at once."""
    processes = [start() for start in starts]
    said = [process.communicate(timeout=300)[0] for process in processes]
    return [(process.returncode, text) for process, text in zip(processes, said, strict=True)]
