"""A run that is interrupted ends, whenever the signal comes: also between two steps of Dagster."""

import os
import signal
from collections.abc import Callable, Iterator

import dagster as dg
import pytest
from dagster._utils.interrupts import capture_interrupts

from pipelines.orchestration.runs.failures import as_raised

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
