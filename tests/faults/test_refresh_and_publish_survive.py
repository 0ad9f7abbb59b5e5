"""Refresh and publication killed at any moment, and two of them at once: the same in the end."""

import json
import os
import random
import shutil
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import duckdb
import pytest

from indicators.foundation.stored.published_tables import MANIFEST, database_of
from pipelines.orchestration.runs.backfill import backfill, quarters_to_fill
from pipelines.release.naming import current_name, releases_of
from pipelines.release.signed.manifest import changed_files
from pipelines.upkeep.doctor import folder_problems, release_problems, warehouse_problems
from pipelines.workspace.paths import Workspace
from pipelines.workspace.warehouse.connection import open_warehouse
from tests.conftest import REPOSITORY
from tests.pipelines.killing import copied, killer
from tests.worlds.mission.delivered import SmallMission
from tests.worlds.mission.evidence import MISSION, files, make
from tests.worlds.mission.mappings import AREAS, AREAS_CSV, PATROLS, UNITS

QUARTER = "2026-Q2"
_LONG = 3600
PATROLS_CSV = "code,mode,status,unit,area,day,people\nA1,foot,completed,U1,XX01,2026-01-05,4\n"
PREPARE = """
from pipelines.orchestration import assets
from pipelines.orchestration.runs import backfill as module
from pipelines.release import candidate
from pipelines.ingest import inbox
from pipelines.quality import checks
from indicators.engine import refresh
from indicators.linkage.evidence import results
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
def undisturbed(waiting: Workspace, tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    """One quarter refreshed and published."""
    workspace = copied(waiting, tmp_path_factory.mktemp("undisturbed") / "workspace")
    fill(workspace)
    return workspace


def fill(workspace: Workspace) -> None:
    list(backfill(workspace, MISSION, quarters_to_fill(workspace, MISSION, QUARTER, QUARTER)))


def rows_of(workspace: Workspace) -> Rows:
    """What core, quarantine, mart and the ledger hold; of the last refresh its steps alone."""
    with open_warehouse(workspace.warehouse(MISSION)) as connection:
        names = connection.execute(
            "SELECT schema_name || '.' || table_name FROM duckdb_tables() WHERE NOT internal "
            "AND schema_name IN ('raw', 'core', 'quarantine', 'mart', 'ops') "
            "AND table_name <> 'delivery' ORDER BY 1"
        ).fetchall()
        rows = {
            name: sorted(connection.execute(f"FROM {name}").fetchall(), key=repr)
            for (name,) in names
        }
    # a refresh has a number of its own
    return rows | {"ops.refresh_step": [row[1:] for row in rows["ops.refresh_step"]]}


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
    waiting: Workspace, whole: Workspace, folder: Path, times: int, seed: int
) -> int:
    """Kills so many attempts; returns how many were hit while at work.

    At most ten one after another on what the one before left; after one that came to its end, and
    has left nothing to do, from the beginning again.
    """
    workspace = copied(waiting, folder / "workspace")
    draw, hit, is_over = random.Random(seed), 0, True
    with killer(workspace, PREPARE, WORK) as kill:
        started = time.monotonic()
        assert not kill(_LONG)  # the first is let alone: so long it takes here
        seconds = time.monotonic() - started
        for number in range(times):
            if is_over or number % 10 == 0:
                assert_ends_alike(workspace, whole)
                shutil.rmtree(workspace.home)
                shutil.copytree(waiting.home, workspace.home)
            with reading(workspace):
                is_over = not kill(draw.uniform(0.02, 0.9) * seconds)
            hit += not is_over
            assert_releases_are_whole(workspace)
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


@pytest.mark.soak
@pytest.mark.parametrize(("times", "seed"), [(6, 5), (34, 6)])
def test_forty_kills(waiting, undisturbed, tmp_path, times: int, seed: int) -> None:
    assert kill_and_resume(waiting, undisturbed, tmp_path, times, seed) > times // 3


AT_ONCE = """
import os, sys
from pipelines.cli.main import main
from pipelines.orchestration import assets, run
from pipelines.quality import checks
children = {}
for mission in sys.argv[1:]:
    child = os.fork()
    if child == 0:
        os._exit(main(["refresh", "--mission", mission, "--as-of", "2026-03-01"]))
    children[child] = mission
for _ in children:
    child, status = os.wait()
    print(children[child], os.waitstatus_to_exitcode(status), flush=True)
"""


def test_two_refreshes_at_once_and_a_second_mission_beside_them(tmp_path: Path) -> None:
    workspace = Workspace(tmp_path / "workspace")
    for mission in ("small", "second"):
        made = SmallMission(workspace, {"mission": "small", "indicators": [{"code": "P2-OP-01"}]})
        workspace.inbox("small").mkdir(parents=True, exist_ok=True)
        assert made.mission.starts_on
        for source in (AREAS, UNITS, PATROLS):
            made.add_source(source)
        made.drop("areas.csv", AREAS_CSV)
        made.drop("units.csv", "code,component,kind\nU1,police,FPU\n")
        made.drop("patrols.csv", PATROLS_CSV)
        if mission == "second":
            profile = workspace.profile("small") / "mission.yaml"
            profile.write_text(profile.read_text().replace("mission: small", "mission: second"))
            for folder in (workspace.profile, workspace.inbox):
                shutil.copytree(folder("small"), folder("second"))
            profile.write_text(profile.read_text().replace("mission: second", "mission: small"))
    environment = os.environ | {"POCLENS_HOME": str(workspace.home), "POCLENS_LANGUAGE": "en"}
    ran = subprocess.run(
        [sys.executable, "-c", AT_ONCE, "small", "small", "second"],
        env=environment, text=True, capture_output=True, check=True, cwd=REPOSITORY,
    )  # fmt: skip
    ended = sorted(line for line in ran.stdout.splitlines() if line[-1:].isdigit())
    assert ended[0] == "second 0", ran.stdout + ran.stderr
    assert ended[1:] == ["small 0", "small 0"], ran.stdout + ran.stderr
    assert "Other runs of this mission before this one: 1" in ran.stderr
    for mission in ("small", "second"):
        with open_warehouse(workspace.warehouse(mission)) as connection:
            rows = connection.execute("SELECT activity_code FROM core.activities").fetchall()
            ((values,),) = connection.execute(
                "SELECT count(*) FROM mart.indicator_value"
            ).fetchall()
        assert rows == [("A1",)] and values > 0
        assert list(warehouse_problems(workspace, mission)) == []
    assert list(folder_problems(workspace)) == []
