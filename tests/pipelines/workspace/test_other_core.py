"""The process beside a run: it ends with the run, and the next run has its own though it was killed.

The run is a real one of Dagster, the judge the real Great Expectations, the kill a real one.
"""

import os
import signal
from concurrent.futures.process import BrokenProcessPool
from pathlib import Path

import dagster as dg
import psutil
import pytest

from pipelines.orchestration.resources import WorkspaceResource
from pipelines.quality.suites.checkpoints import judge
from pipelines.workspace.other_core import (
    begun,
    end_other_core,
    one_for_several_runs,
    other_core,
)


@pytest.fixture(autouse=True)
def runs_share_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    """As outside the tests, which share one process between them (`tests/conftest.py`)."""
    monkeypatch.setattr("pipelines.workspace.other_core._sharing", [])
    end_other_core()


def run(home: Path, *, is_killed: bool) -> tuple[int, list[str]]:
    """The number of the process that judged, and what it found."""
    found: list[int | list[str]] = []

    @dg.asset
    def judged(workspace: WorkspaceResource) -> None:
        process = other_core().submit(os.getpid).result()
        found.append(process)
        if is_killed:
            os.kill(process, signal.SIGKILL)
        found.append(judge([("good", 1.0, 1.0), ("bad", 0.5, 1.0)]))

    with dg.DagsterInstance.ephemeral() as instance:
        resources = {"workspace": WorkspaceResource(home=str(home))}
        dg.materialize([judged], instance=instance, resources=resources)
    process, outcome = found
    assert isinstance(process, int) and isinstance(outcome, list)
    return process, outcome


def test_a_run_after_a_killed_one_judges_and_leaves_no_process(tmp_path: Path) -> None:
    with pytest.raises(BrokenProcessPool):
        run(tmp_path, is_killed=True)
    process, outcome = run(tmp_path, is_killed=False)
    assert outcome == ["bad"]
    assert begun() is None
    if psutil.pid_exists(process):  # it may still be on its way out
        psutil.Process(process).wait(timeout=60)


def test_several_runs_share_one_process_and_replace_a_killed_one(tmp_path: Path) -> None:
    with one_for_several_runs():
        first, _ = run(tmp_path, is_killed=False)
        again, _ = run(tmp_path, is_killed=False)
        assert again == first
        with pytest.raises(BrokenProcessPool):
            run(tmp_path, is_killed=True)
        process, outcome = run(tmp_path, is_killed=False)
        assert process != first and outcome == ["bad"]
    assert begun() is None
