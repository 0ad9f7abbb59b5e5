"""A run that is interrupted ends, whenever the signal comes: also between two steps of Dagster."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import dagster as dg
import psutil
import pytest
from dagster._utils.interrupts import capture_interrupts

from pipelines.orchestration.runs.failures import as_raised
from pipelines.sample import install
from pipelines.workspace.installation import make_workspace
from pipelines.workspace.paths import Workspace

SIGNALS = (signal.SIGINT, signal.SIGTERM)


class Ended(BaseException):
    """What the handler of the command that runs a job raises."""


@pytest.fixture(autouse=True)
def own_handlers() -> Iterator[None]:
    def ending() -> Callable[..., None]:
        def end(*_: object) -> None:
            raise Ended

        return end  # another one for each signal

    before = {number: signal.signal(number, ending()) for number in SIGNALS}
    yield
    for number, handler in before.items():
        signal.signal(number, handler)


@pytest.mark.parametrize("number", SIGNALS)
def test_a_signal_after_the_last_step_is_heard(number: signal.Signals) -> None:
    with pytest.raises(Ended), as_raised(), capture_interrupts():
        os.kill(os.getpid(), number)


@pytest.mark.parametrize("number", SIGNALS)
def test_a_signal_within_a_step_interrupts_it(number: signal.Signals) -> None:
    @dg.op
    def interrupted() -> None:
        os.kill(os.getpid(), number)

    @dg.job
    def work() -> None:
        interrupted()

    with dg.DagsterInstance.ephemeral() as instance:
        with pytest.raises(KeyboardInterrupt), as_raised():
            work.execute_in_process(instance=instance)
        assert [run.status for run in instance.get_runs()] == [dg.DagsterRunStatus.FAILURE]


def test_the_handlers_of_the_command_are_its_own_again() -> None:
    handlers = [signal.getsignal(number) for number in SIGNALS]
    with as_raised(), capture_interrupts():
        pass
    assert [signal.getsignal(number) for number in SIGNALS] == handlers


def test_the_key_that_interrupts_a_command_is_answered_by_one_sentence(tmp_path: Path) -> None:
    """It reaches every process of the terminal: those beside the run are silent."""
    workspace = Workspace(tmp_path / "home")
    make_workspace(workspace)
    install(workspace, activities=400, incidents=200, alerts=100, waves=1, respondents=240)
    run = subprocess.Popen(
        [sys.executable, "-m", "pipelines.cli.main", "refresh", "--mission", "sample"],
        env={**os.environ, "POCLENS_HOME": str(workspace.home), "POCLENS_LANGUAGE": "en"},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    others = psutil.Process(run.pid).children
    while run.poll() is None and not others():
        time.sleep(0.02)
    time.sleep(0.5)  # it loads what it needs
    os.killpg(run.pid, signal.SIGINT)
    _, told = run.communicate()
    assert run.returncode == 130
    assert "Traceback" not in told and told.strip().count("\n") == 0, told
