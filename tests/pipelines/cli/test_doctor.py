"""The doctor finds each thing that can be wrong with a workspace, and names its mend."""

import json
import os
import shutil
import sqlite3
import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import duckdb
import pytest

from pipelines.cli.main import main
from pipelines.workspace.paths import Workspace
from pipelines.workspace.warehouse.connection import locked
from pipelines.workspace.warehouse.last_state import copy_of, leave_copy
from tests.pipelines.killing import copied
from tests.worlds.mission.delivered import SmallMission
from tests.worlds.mission.mappings import AREAS, AREAS_CSV

Harm = Callable[[Workspace], object]
RELEASE = "2026-Q3-r01"


@pytest.fixture(scope="module")
def sound(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    """A mission with a file taken in and a release of one file."""
    workspace = Workspace(tmp_path_factory.mktemp("sound") / "workspace")
    workspace.home.mkdir(mode=0o700)
    workspace.inbox("small").mkdir(parents=True)
    made = SmallMission(workspace)
    made.add_source(AREAS)
    made.deliver("areas.csv", AREAS_CSV)
    from pipelines.release.files import described, write_json

    release = workspace.releases("small") / RELEASE
    (release / "hq").mkdir(parents=True)
    (release / "hq" / "figures.csv").write_text("a\n1\n", encoding="utf-8")
    files = described(release, [release / "hq" / "figures.csv"])
    write_json(release / "manifest.json", {"files": files})
    write_json(release / "publication.json", {"databases": [], "briefs": []})
    (release.parent / "current").write_text(f"{RELEASE}\n", encoding="utf-8")
    with sqlite3.connect(workspace.home / "records.db") as records:
        records.execute("CREATE TABLE a (b)")
    return workspace


def examined(workspace: Workspace, monkeypatch, capsys, language: str = "en") -> tuple[int, list]:
    monkeypatch.setenv("POCLENS_HOME", str(workspace.home))
    code = main(["--language", language, "doctor", "--json"])
    findings = json.loads(capsys.readouterr().out)["findings"]
    return code, [found["text"] for found in findings if not found["good"]]


def test_a_sound_workspace(sound: Workspace, monkeypatch, capsys) -> None:
    assert examined(sound, monkeypatch, capsys) == (0, [])


def test_runs_of_a_killed_process_are_half_written_and_not_damaged(
    tmp_path: Path, sound: Workspace, monkeypatch, capsys
) -> None:
    home = tmp_path / "home"
    shutil.copytree(sound.home, home)
    kept = home / "dagster" / "runs.db"
    kept.parent.mkdir(exist_ok=True)
    with closing(sqlite3.connect(tmp_path / "runs.db", isolation_level=None)) as runs:
        runs.execute("CREATE TABLE runs (body)")
        runs.execute("PRAGMA cache_size = 1")
        runs.execute("BEGIN")
        runs.executemany("INSERT INTO runs VALUES (?)", [("x" * 2000,)] * 200)
        for name in ("runs.db", "runs.db-journal"):  # as they lie when the process is killed
            shutil.copy(tmp_path / name, kept.with_name(name))
    before = {path.name: path.read_bytes() for path in kept.parent.iterdir()}
    assert examined(Workspace(home), monkeypatch, capsys) == (0, [])
    assert {path.name: path.read_bytes() for path in kept.parent.iterdir()} == before
    kept.with_name("runs.db-journal").unlink()
    kept.write_bytes(kept.read_bytes()[:100] + b"?" * 400 + kept.read_bytes()[500:])
    assert examined(Workspace(home), monkeypatch, capsys)[1]


def drop_table(workspace: Workspace) -> None:
    with duckdb.connect(str(workspace.warehouse("small"))) as connection:
        connection.execute("DROP TABLE core.alerts")


def change_type(workspace: Workspace) -> None:
    with duckdb.connect(str(workspace.warehouse("small"))) as connection:
        connection.execute("ALTER TABLE core.areas ALTER name_en TYPE INTEGER USING 1")


def archived(workspace: Workspace) -> Path:
    return next(workspace.archive("small").glob("*.csv"))


def old_file(workspace: Workspace) -> None:
    path = workspace.inbox("small") / "late.csv"
    path.write_text("a\n", encoding="utf-8")
    os.utime(path, (time.time() - 200_000,) * 2)


def in_the_future(workspace: Workspace) -> None:
    os.utime(workspace.warehouse("small"), (time.time() + 7200,) * 2)


def moved_profile(workspace: Workspace) -> None:
    workspace.profile("small").rename(workspace.home / "missions" / ".small.old.7")


def write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")


HARMS: dict[str, tuple[Harm, tuple[str, ...]]] = {
    "open to others": (lambda w: w.home.chmod(0o755), ("Other users", "chmod 700")),
    "damaged warehouse": (
        lambda w: w.warehouse("small").write_bytes(b"no database" * 999),
        ("warehouse/small.duckdb", "cannot be opened"),
    ),
    "missing table": (drop_table, ("core.alerts", "--again")),
    "other type": (change_type, ("core.areas.name_en",)),
    "archive lost": (lambda w: archived(w).unlink(), ("areas.csv", "lacks")),
    "archive changed": (lambda w: archived(w).write_text("x"), ("areas.csv", "not as they were")),
    "unknown in archive": (
        lambda w: write(w.archive("small") / f"{'0' * 64}.csv", "x"), ("0000.csv", "delete them"),
    ),
    "candidate left": (
        lambda w: (w.releases("small") / ".candidate-2026-Q4-r01").mkdir(), (".candidate-",),
    ),
    "copy left": (lambda w: write(w.archive("small") / ".coming-7.tmp", "x"), (".coming-7.tmp",)),
    "release changed": (
        lambda w: write(w.releases("small") / RELEASE / "hq" / "figures.csv", "a\n2\n"),
        (RELEASE, "hq/figures.csv"),
    ),
    "release without manifest": (
        lambda w: (w.releases("small") / RELEASE / "manifest.json").unlink(), (RELEASE, "manifest"),
    ),
    "current names nothing": (
        lambda w: write(w.releases("small") / "current", "2026-Q4-r09\n"), ("2026-Q4-r09",),
    ),
    "nothing current": (lambda w: (w.releases("small") / "current").unlink(), (RELEASE,)),
    "records damaged": (
        lambda w: (w.home / "records.db").write_bytes(b"SQLite format 3\0" + b"x" * 5000),
        ("records.db", "last copy"),
    ),
    "runs damaged": (
        lambda w: write(w.home / "dagster" / "history" / "runs.db", "x" * 5000),
        ("dagster/history/runs.db",),
    ),
    "no inbox": (lambda w: shutil.rmtree(w.inbox("small")), ("inbox/small",)),
    "old file": (old_file, ("late.csv", "more than a day")),
    "clock": (in_the_future, ("clock",)),
    "profile moved": (moved_profile, ("small", "poclens init")),
}  # fmt: skip


@pytest.mark.parametrize("name", HARMS)
def test_each_harm_is_found_alone(
    sound: Workspace, tmp_path: Path, monkeypatch, capsys, name: str
) -> None:
    workspace = copied(sound, tmp_path / "workspace")
    harm, told = HARMS[name]
    harm(workspace)
    for language in ("en", "fr"):
        code, found = examined(workspace, monkeypatch, capsys, language)
        assert code == 2
        (sentence,) = found
        assert "{" not in sentence
        if language == "en":
            assert all(text in sentence for text in told), sentence


def test_a_warehouse_that_is_being_written_is_not_opened(
    sound: Workspace, monkeypatch, capsys
) -> None:
    copy_of(sound.warehouse("small")).unlink(missing_ok=True)
    with locked(sound.warehouse("small")):
        code, (sentence,) = examined(sound, monkeypatch, capsys)
    assert code == 2 and "Another process is writing" in sentence


def test_of_a_warehouse_that_is_being_written_its_last_state_is_examined(
    sound: Workspace, tmp_path: Path, monkeypatch, capsys
) -> None:
    workspace = copied(sound, tmp_path / "workspace")
    leave_copy(workspace.warehouse("small"))
    (archived, *_) = workspace.archive("small").iterdir()
    with locked(workspace.warehouse("small")):
        assert examined(workspace, monkeypatch, capsys) == (0, [])
        archived.unlink()
        code, (sentence,) = examined(workspace, monkeypatch, capsys)
    assert code == 2 and "another process" not in sentence
