"""A release is whole, immutable, named in order, and current in one step."""

import json
import os
import shutil
import signal
import subprocess
import sys
import time

import duckdb
import pytest

from indicators.foundation.errors import CheckFailed, InternalFault, WrongUse
from indicators.foundation.stored.published_tables import database_of
from pipelines.quality.checks import run_checks
from pipelines.release.approval import second_person
from pipelines.release.approval.second_person import user
from pipelines.release.candidate import build_candidate
from pipelines.release.naming import CANDIDATE_PREFIX, current_name, releases_of
from pipelines.release.publishing import publish_candidate
from pipelines.release.revisions.report import diff
from pipelines.release.signed.manifest import changed_files
from pipelines.setup.runs import environment
from records.rights import LOCAL
from tests.worlds.mission.figures import (
    MISSION,
    PERIOD,
    add,
    publish_again,
    workspace_warehouse,
    write_profile,
)


def test_a_release_has_the_fixed_layout_and_no_file_can_be_written(workspace, release) -> None:
    assert release.name == "2026-Q3-r01"
    assert current_name(workspace, MISSION) == release.name
    for audience in ("mission", "hq"):
        folder = release.path / audience
        assert (folder / "poclens.duckdb").is_file()
        assert (folder / "parquet" / "indicator_value.parquet").is_file()
        kinds = {path.suffix for path in (folder / "extracts").rglob("*") if path.is_file()}
        assert kinds == {".csv", ".xlsx", ".json", ".xml", ".parquet"}
        assert (folder / "quality" / "units.json").is_file()
        briefs = sorted(path.name for path in (folder / "brief").iterdir())
        assert briefs == [f"{MISSION}_2026-Q3_{language}.pdf" for language in ("en", "fr")]
    modes = {path.stat().st_mode & 0o222 for path in release.path.rglob("*") if path.is_file()}
    assert modes == {0}


def test_a_second_release_of_a_quarter_leaves_the_first_as_it_was(
    workspace, release, republish
) -> None:
    before = {path: path.read_bytes() for path in release.path.rglob("*") if path.is_file()}
    second = republish(workspace)
    assert second.name == "2026-Q3-r02"
    assert releases_of(workspace, MISSION) == ["2026-Q3-r01", "2026-Q3-r02"]
    assert current_name(workspace, MISSION) == second.name
    assert before == {path: path.read_bytes() for path in release.path.rglob("*") if path.is_file()}


def test_a_publication_names_whose_account_began_it_on_a_page(workspace, monkeypatch) -> None:
    """Where nobody signs in it is the account of the machine, as at the terminal."""
    monkeypatch.setattr(second_person, "_acting", [])
    for who, named in (("odile", "odile"), (LOCAL.name, user())):
        given = environment(workspace.home / "runs" / MISSION / "000001", who, "en")
        monkeypatch.setattr(os, "environ", given)
        told = json.loads((publish_again(workspace).path / "publication.json").read_text())
        assert told["published_by"] == named


def test_a_quarter_is_compared_with_its_past_that_was_published_after_it(
    workspace, release, republish
) -> None:
    shutil.copytree(release.path, release.path.with_name("2026-Q2-r01"))
    told = json.loads((republish(workspace).path / "publication.json").read_text())
    assert told["previous_release"] == "2026-Q2-r01"
    third = json.loads((republish(workspace).path / "publication.json").read_text())
    assert third["previous_release"] == "2026-Q3-r02"


def test_after_a_damaged_current_release_is_deleted_the_next_one_is_compared_and_has_a_new_name(
    workspace, release, republish
) -> None:
    second = republish(workspace)
    database = database_of(second.path, "mission")
    database.chmod(0o644)
    database.write_bytes(database.read_bytes()[:50_000])
    for command in (republish, lambda home: diff(home, MISSION)):
        with pytest.raises(WrongUse) as refused:
            command(workspace)
        said = refused.value.problems[0].sentence("en")
        assert second.name in said and "mission/poclens.duckdb" in said
    shutil.rmtree(second.path)
    third = republish(workspace)  # headquarters may have fetched the second
    assert third.name == "2026-Q3-r03"
    with duckdb.connect(str(database_of(third.path, "mission")), read_only=True) as connection:
        query = "SELECT previous_release FROM mart.release"
        assert connection.execute(query).fetchall() == [(release.name,)]


def test_the_views_add_the_release_as_their_last_column(release) -> None:
    for audience in ("mission", "hq"):
        path = release.path / audience / "poclens.duckdb"
        with duckdb.connect(str(path), read_only=True) as connection:
            tables = connection.execute(
                "SELECT table_name FROM information_schema.tables WHERE table_schema = 'mart'"
            ).fetchall()
            assert tables
            for (name,) in tables:
                columns = connection.execute(f"DESCRIBE mart.{name}").fetchall()
                assert columns[-1][0] == "release", name
            rows = connection.execute("SELECT DISTINCT release FROM mart.indicator_value")
            assert rows.fetchall() == [(release.name,)]
        parquet = str(release.path / audience / "parquet" / "*.parquet")
        found = duckdb.execute("SELECT DISTINCT name FROM parquet_schema(?)", [parquet]).fetchall()
        assert "value" in {name for (name,) in found}
        assert "release" not in {name for (name,) in found}


FIXED_TABLES = (
    *("indicator_value", "indicator", "area", "result_link", "wake_effect", "event_study"),
    *("protection_gap", "quality_check", "revision", "reject_summary", "contribution"),
    *("input_file", "release"),
)


@pytest.mark.parametrize("audience", ["mission", "hq"])
def test_every_fixed_table_of_the_mart_is_there_for_each_audience(release, audience) -> None:
    path = release.path / audience / "poclens.duckdb"
    with duckdb.connect(str(path), read_only=True) as connection:
        for name in FIXED_TABLES:
            assert connection.execute(f"DESCRIBE mart.{name}").fetchone()[0] == "mission"
            assert (path.parent / "parquet" / f"{name}.parquet").is_file() or name == "release"


def test_a_changed_or_missing_file_is_told_by_the_manifest(release) -> None:
    assert changed_files(release.path) == []
    changed = release.path / "hq" / "parquet" / "area.parquet"
    changed.chmod(0o644)
    changed.write_bytes(changed.read_bytes() + b"\0")
    for gone in ("poclens.duckdb", f"brief/{MISSION}_2026-Q3_en.pdf"):
        (release.path / "mission" / gone).unlink()
    (release.path / "hq" / "extracts" / "added.csv").write_text("x", encoding="utf-8")
    assert changed_files(release.path) == [
        "hq/extracts/added.csv",
        "hq/parquet/area.parquet",
        f"mission/brief/{MISSION}_2026-Q3_en.pdf",
        "mission/poclens.duckdb",
    ]


@pytest.mark.parametrize("period", ["2026", "2026-Q5", "2026-07", "../2026-Q3", "2026-Q3'; DROP"])
def test_what_is_no_quarter_is_refused(workspace, period) -> None:
    mission = write_profile(workspace)
    with workspace_warehouse(workspace) as connection, pytest.raises(WrongUse) as refused:
        build_candidate(connection, workspace, mission, period)
    assert period in refused.value.problems[0].sentence("fr")


def test_a_failed_blocking_check_stops_the_release_and_says_why(workspace) -> None:
    mission = write_profile(workspace)
    with workspace_warehouse(workspace) as connection:
        add(connection, "units", {"unit_type": "TANK", "strength_count": 1})
        run_checks(connection, mission, workspace.profile(MISSION))
        with pytest.raises(CheckFailed) as stopped:
            build_candidate(connection, workspace, mission, PERIOD)
    assert stopped.value.exit_code == 1
    problems = stopped.value.problems
    assert [problem.parameters["check"] for problem in problems] == ["units.unit_type.codes"]
    assert "units.unit_type.codes" in problems[0].sentence("en")
    assert problems[0].sentence("en") != problems[0].sentence("fr")
    assert not workspace.releases(MISSION).exists()


def test_a_figure_that_cannot_be_right_stops_the_release(workspace) -> None:
    mission = write_profile(workspace)
    with workspace_warehouse(workspace) as connection:
        connection.execute(
            "UPDATE mart.indicator_value SET value = 140 WHERE indicator = 'P2-OC-05'"
        )
        with pytest.raises(CheckFailed) as stopped:
            build_candidate(connection, workspace, mission, PERIOD)
    checks = {problem.parameters["check"] for problem in stopped.value.problems}
    assert "indicator_value.percent_range" in checks


def test_a_blocking_check_that_crashed_stops_the_release_as_a_fault_of_ours(workspace) -> None:
    mission = write_profile(workspace)
    with workspace_warehouse(workspace) as connection:
        connection.execute("ALTER TABLE core.units DROP COLUMN valid_to")
        run_checks(connection, mission, workspace.profile(MISSION))
        with pytest.raises(InternalFault) as stopped:
            build_candidate(connection, workspace, mission, PERIOD)
    assert stopped.value.exit_code == 3
    assert "could not run" in stopped.value.problems[0].sentence("en")


@pytest.mark.parametrize("emptied", ["indicator_value", "quality_check"])
def test_without_figures_or_checks_nothing_is_published(workspace, emptied) -> None:
    mission = write_profile(workspace)
    with workspace_warehouse(workspace) as connection:
        connection.execute(f"DELETE FROM mart.{emptied}")
        with pytest.raises(WrongUse):
            build_candidate(connection, workspace, mission, PERIOD)


def test_a_candidate_that_changed_is_not_published(workspace) -> None:
    mission = write_profile(workspace)
    with workspace_warehouse(workspace) as connection:
        candidate = build_candidate(connection, workspace, mission, PERIOD)
    (candidate.path / "hq" / "parquet" / "area.parquet").write_bytes(b"other")
    with pytest.raises(InternalFault) as refused:
        publish_candidate(workspace, MISSION, PERIOD)
    assert "hq/parquet/area.parquet" in refused.value.problems[0].sentence()
    assert current_name(workspace, MISSION) is None
    assert releases_of(workspace, MISSION) == []


_PUBLISH = """
import sys
from pathlib import Path
from pipelines.workspace.paths import Workspace
from tests.worlds.mission.figures import workspace_warehouse, MISSION, PERIOD
from pipelines.release.publishing import publish
workspace = Workspace(Path(sys.argv[1]))
with workspace_warehouse(workspace) as connection:
    print("open", flush=True)
    while True:
        publish(workspace, MISSION, PERIOD, connection)
"""


@pytest.mark.parametrize(
    "wait", [0.35, 1.3, *(pytest.param(wait, marks=pytest.mark.soak) for wait in (0.05, 0.8))]
)
def test_a_killed_process_leaves_no_half_release(workspace, republish, wait) -> None:
    process = subprocess.Popen(
        [sys.executable, "-c", _PUBLISH, str(workspace.home)],
        stdout=subprocess.PIPE,
        env=os.environ | {"PYTHONPATH": os.pathsep.join(filter(None, sys.path))},
    )
    assert process.stdout.readline() == b"open\n"
    time.sleep(wait)
    process.send_signal(signal.SIGKILL)
    process.wait()
    process.stdout.close()
    assert_only_whole_releases(workspace)
    republish(workspace)
    assert_only_whole_releases(workspace)
    assert not list(workspace.releases(MISSION).glob(f"{CANDIDATE_PREFIX}*"))


_BEGIN = """
from pipelines.release.audience_files import makers
with makers("2026-Q3-r01") as begin:
    begin(exec, "import time; print('begun', flush=True); time.sleep(9); print('on', flush=True)")
"""


def test_what_makes_files_ends_with_a_killed_run() -> None:
    """It would write into the candidate of the next one."""
    with subprocess.Popen([sys.executable, "-c", _BEGIN], stdout=subprocess.PIPE) as run:
        assert run.stdout.readline() == b"begun\n"
        run.kill()
        assert run.stdout.readline() == b""  # all who could write to it have ended


def assert_only_whole_releases(workspace) -> None:
    names = releases_of(workspace, MISSION)
    for name in names:
        folder = workspace.releases(MISSION) / name
        assert changed_files(folder) == []
        publication = json.loads((folder / "publication.json").read_text(encoding="utf-8"))
        assert publication["release"] == name
    assert current_name(workspace, MISSION) in {*names, None}
