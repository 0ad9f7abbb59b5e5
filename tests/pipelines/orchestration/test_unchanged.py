"""A refresh that would find nothing new runs no job; whatever changed, there is one."""

import json
import os
import random
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from datetime import date, timedelta
from functools import partial
from pathlib import Path

import pytest

import indicators
import pipelines
from indicators.foundation.data_folder import data_folder
from indicators.foundation.errors import WrongUse
from pipelines.orchestration.run import open_instance, publish, refresh
from pipelines.orchestration.runs import unchanged
from pipelines.orchestration.runs.unchanged import unchanged_result
from pipelines.workspace.paths import Workspace
from pipelines.workspace.warehouse.connection import open_warehouse
from tests.pipelines.killing import killer
from tests.worlds.mission.evidence import AS_OF, MISSION, deliver, files, make

SHARED = "${POCLENS_SHARED}/beside/*.csv"
Change = Callable[[], None]


@pytest.fixture(scope="module")
def workspace(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Workspace]:
    """Refreshed once; its profile names a file that is read where it lies."""
    made = Workspace(tmp_path_factory.mktemp("unchanged"))
    make(made, files())
    (made.home / "beside").mkdir()
    (made.home / "beside" / "figures.csv").write_text("year,deaths\n", encoding="utf-8")
    (made.profile(MISSION) / "remark.yaml").write_text(f"read: ['{SHARED}']\n", encoding="utf-8")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("POCLENS_SHARED", str(made.home))
        assert refresh(made, MISSION, AS_OF).status == "success"
        yield made


def answer(workspace: Workspace, as_of: date = AS_OF) -> str | None:
    found = unchanged_result(workspace, MISSION, as_of)
    return None if found is None else str(found["status"])


@contextmanager
def another_text(path: Path) -> Iterator[None]:
    """The file holds a letter more, and what it held at the end."""
    before = path.read_bytes()
    path.write_bytes(before + b"\n")
    yield
    path.write_bytes(before)


@contextmanager
def new_file(path: Path) -> Iterator[None]:
    path.write_text("x\n", encoding="utf-8")
    yield
    path.unlink()


@contextmanager
def copied_package(package: object, draw: random.Random, patterns: tuple[str, ...], to: Path):
    """The package's sources elsewhere, one of them changed."""
    folder = Path(str(package.__file__)).parent
    copy = to / f"{folder.name}{draw.random()}"
    shutil.copytree(folder, copy, ignore=shutil.ignore_patterns("__pycache__"))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(package, "__file__", str(copy / "__init__.py"))
        sources = sorted(path for pattern in patterns for path in copy.rglob(pattern))
        with another_text(draw.choice(sources)):
            yield


@contextmanager
def other_definitions(draw: random.Random, to: Path) -> Iterator[None]:
    copy = to / f"data{draw.random()}"
    shutil.copytree(data_folder(), copy, ignore=shutil.ignore_patterns("missions"))
    with pytest.MonkeyPatch.context() as patch, another_text(draw.choice([*copy.rglob("*.yaml")])):
        patch.setattr(unchanged, "data_folder", lambda: copy)
        yield


def changes(workspace: Workspace, draw: random.Random, to: Path) -> list[Callable]:
    """Every kind of change, each at a random place, undone at the end of its `with`."""
    profile = [path for path in workspace.profile(MISSION).rglob("*") if path.is_file()]
    return [
        partial(new_file, workspace.inbox(MISSION) / "alerts.csv"),
        partial(new_file, workspace.profile(MISSION) / "sources" / "more.txt"),
        partial(another_text, draw.choice(profile)),
        partial(copied_package, indicators, draw, ("*.py", "*.sql"), to),
        partial(copied_package, pipelines, draw, ("*.py", "*.sql"), to),
        partial(other_definitions, draw, to),
        partial(new_file, workspace.home / "beside" / "more.csv"),
    ]


def test_any_change_leads_to_a_job_and_no_change_to_none(
    workspace: Workspace, tmp_path: Path
) -> None:
    draw = random.Random(11)
    for _ in range(25):
        some = [change for change in changes(workspace, draw, tmp_path) if draw.random() < 0.25]
        with ExitStack() as stack:
            for change in some:
                stack.enter_context(change())
            assert answer(workspace) == (None if some else "unchanged"), some
    for change in changes(workspace, draw, tmp_path):
        with change():
            assert answer(workspace) is None, change


def test_another_day_leads_to_a_job(workspace: Workspace) -> None:
    for days in (-1, 1, 30):
        assert answer(workspace, AS_OF + timedelta(days=days)) is None
    assert answer(workspace) == "unchanged"


def poclens(workspace: Workspace, *words: str) -> subprocess.CompletedProcess[str]:
    home = os.environ | {"POCLENS_HOME": str(workspace.home), "POCLENS_LANGUAGE": "fr"}
    code = (
        "import sys, pipelines.cli.main as m; code = m.main(sys.argv[1:])\n"
        "heavy = {'dagster', 'pandas', 'great_expectations', 'duckdb'} & set(sys.modules)\n"
        "print(sorted(heavy), file=sys.stderr); sys.exit(code)"
    )
    words = ("refresh", "--mission", MISSION, "--as-of", AS_OF.isoformat(), *words)
    command = [sys.executable, "-c", code, *words]
    return subprocess.run(command, capture_output=True, text=True, env=home, check=True)


def test_it_is_said_in_one_line_and_no_run_is_made(workspace: Workspace) -> None:
    with open_instance(workspace) as instance:
        runs = instance.get_runs_count()
    said = poclens(workspace)
    assert said.stdout.startswith("Rien n’a changé") and len(said.stdout.splitlines()) == 1
    assert said.stderr.strip() == "[]"
    shown = json.loads(poclens(workspace, "--json").stdout)
    assert shown["status"] == "unchanged" and shown["values"] > 0 and shown["checks"]
    assert not shown["files"] and str(shown["values"]) in "".join(said.stdout.split())
    with open_instance(workspace) as instance:
        assert instance.get_runs_count() == runs


def test_a_publication_changes_nothing(workspace: Workspace) -> None:
    publish(workspace, MISSION, "2026-Q3")
    assert answer(workspace) == "unchanged"


# What follows leaves the workspace changed, from one test to the next.


def test_a_file_that_is_read_in_place_may_change(workspace: Workspace) -> None:
    path = workspace.home / "beside" / "figures.csv"
    found = path.stat()
    path.write_text("year,deathz\n", encoding="utf-8")
    os.utime(path, ns=(found.st_atime_ns, found.st_mtime_ns))  # as some copying programs do
    assert answer(workspace) is None
    refresh(workspace, MISSION, AS_OF)
    assert answer(workspace) == "unchanged"


def test_a_failed_refresh_is_followed_by_another(workspace: Workspace) -> None:
    with stamp_put_back(workspace):
        profile = workspace.profile(MISSION) / "mission.yaml"
        with another_text(profile), pytest.raises(WrongUse):
            profile.write_bytes(profile.read_bytes() + b"no_such_key: 1\n")
            refresh(workspace, MISSION, AS_OF)
        assert answer(workspace) is None


KILLED_BEFORE_IT_WRITES = """
import os
import signal
from datetime import date
from pipelines.orchestration import assets
from pipelines.orchestration.run import refresh
forget = assets.forget
def forget_and_be_killed(*of):
    forget(*of)
    os.kill(os.getpid(), signal.SIGKILL)
assets.forget = forget_and_be_killed
"""


def test_a_killed_refresh_is_followed_by_another(workspace: Workspace) -> None:
    work = f"refresh(workspace, {MISSION!r}, date.fromisoformat('{AS_OF}'))"
    with stamp_put_back(workspace):
        with killer(workspace, KILLED_BEFORE_IT_WRITES, work) as kill:
            assert kill("it writes")
        assert answer(workspace) is None


@contextmanager
def stamp_put_back(workspace: Workspace) -> Iterator[None]:
    """As if the last refresh had ended well after all; it had not come so far as to write."""
    (stamp,) = workspace.warehouse(MISSION).parent.glob("*.refreshed.json")
    before = stamp.read_bytes()
    yield
    stamp.write_bytes(before)
    assert answer(workspace) == "unchanged"


def test_a_warehouse_that_another_wrote_in_is_computed_anew(workspace: Workspace) -> None:
    with open_warehouse(workspace.warehouse(MISSION)) as connection:
        connection.execute("UPDATE mart.indicator_value SET value = value + 1")
    assert answer(workspace) is None


def test_a_file_that_waits_is_looked_at_each_time(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("POCLENS_SETTLED_SECONDS", "1")
    deliver(workspace, "alerts", files()["alerts"])
    path = workspace.inbox(MISSION) / "alerts.csv"
    path.write_bytes(path.read_bytes()[:-1])  # its last line is not ended
    result = refresh(workspace, MISSION, AS_OF)
    assert [file["status"] for file in result.files] == ["waiting"]
    path.unlink()
    assert answer(workspace) is None
