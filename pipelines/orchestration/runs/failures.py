"""How a step ends that cannot go on: tried again where it can pass by itself, else told in words.

Another writer at work, or a share or disk that stumbles, can pass. Avoid trying again what somebody
must mend: whoever opens the run in Dagster's pages reads there which file is meant and what to do,
and no traceback, which says nothing to them. A fault of ours keeps its own. A run of the command
line retries nothing: whoever sits there reads at once what stands in the way.
"""

import errno
import signal
import socket
import sys
import threading
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress

import dagster as dg
from dagster._core.storage.event_log.schema import AssetCheckExecutionsTable
from dagster._core.storage.event_log.sql_event_log import SqlEventLogStorage

from indicators.foundation.errors import CheckFailed, PocLensError, Problem, WrongUse
from indicators.foundation.messages import message
from pipelines.orchestration.runs.abandoned import PROCESS_TAG

TIMES, SECONDS = 5, 60
_TOLD = 3  # sentences in what Dagster shows first; the table beside has all
_PASSING = (errno.EAGAIN, errno.EBUSY, errno.EIO, errno.ENOSPC, errno.ESTALE, errno.ETIMEDOUT)
_TO_DO = "what to do, à faire"
_PLACES = ("file", "sheet", "row", "column", "value", "rule")


class Refused(dg.Failure):
    """The end of a step where somebody must act; `error` says it to who ran the job from Python."""

    __module__ = "builtins"  # Dagster shows it before the name

    def __init__(self, error: PocLensError) -> None:
        told = [problem.sentence() for problem in error.problems]
        super().__init__(
            "\n".join([*told[:_TOLD], *["…"][: len(told) - _TOLD]]),
            {_TO_DO: _table(error.problems)},
            allow_retries=False,
        )
        self.error = error


@contextmanager
def as_raised() -> Iterator[None]:
    """Around a job that is run from Python: raises what a step refused as it was raised there, and
    KeyboardInterrupt where it was interrupted, whenever that was."""
    try:
        with _no_interrupt_lost():
            yield
    except Refused as refused:
        raise refused.error from None
    except dg.DagsterExecutionInterruptedError as error:
        raise KeyboardInterrupt from error
    finally:
        vars(sys).pop("tracebacklimit", None)


@contextmanager
def _no_interrupt_lost() -> Iterator[None]:
    """Dagster hears a signal between two steps when the next begins, forgets one that came after
    the last, and leaves SIGTERM with the handler of SIGINT: what was asked then is asked again."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    handlers = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)}
    told, heard = socket.socketpair()
    with told, heard:
        told.setblocking(False)
        heard.setblocking(False)
        before = signal.set_wakeup_fd(told.fileno(), warn_on_full_buffer=False)
        try:
            yield
        finally:
            signal.set_wakeup_fd(before)
            for number, handler in handlers.items():
                signal.signal(number, handler)
        with suppress(BlockingIOError):  # nothing came
            for number in handlers.keys() & set(heard.recv(64)):
                signal.raise_signal(number)


@contextmanager
def in_words(context: dg.AssetExecutionContext | dg.AssetCheckExecutionContext) -> Iterator[None]:
    """Around the work of a step: raises RetryRequested for what can pass, Refused for what somebody
    must mend, all else as it is."""
    try:
        yield
    except (WrongUse, CheckFailed, OSError) as error:
        if PROCESS_TAG not in context.run.tags and _can_pass(error):
            raise dg.RetryRequested(TIMES, SECONDS) from error
        if isinstance(error, OSError):
            raise
        raise refused(error) from None


@contextmanager
def checks_not_run(
    context: dg.AssetExecutionContext, checks: Iterable[dg.AssetCheckKey]
) -> Iterator[None]:
    """Around a step without which checks are not made: leaves beside each that it did not run, and
    why. Dagster alone would call them failed, as it has no other word in a run that fails; they are
    of no run, whose log would tell of each as a check that failed."""
    try:
        yield
    except Refused as refusal:
        told = refusal.error.problems
        reason = ", ".join(
            [*dict.fromkeys(one.place("en") or one.sentence() for one in told)][:_TOLD]
        )
        said = message("orchestration.check_not_run", "en", reason=reason)
        _forget_not_run(context)
        for key in checks:
            context.instance.report_runless_asset_event(
                dg.AssetCheckEvaluation(
                    asset_key=key.asset_key,
                    check_name=key.name,
                    passed=False,
                    severity=dg.AssetCheckSeverity.WARN,
                    description=said,
                    metadata={_TO_DO: _table(told)},
                    partition=context.partition_key,
                )
            )
        raise


def _forget_not_run(context: dg.AssetExecutionContext) -> None:
    """Of a check of no run Dagster keeps one a partition, and fails at a second."""
    log, kept = context.instance.event_log_storage, AssetCheckExecutionsTable
    assert isinstance(log, SqlEventLogStorage)
    is_earlier = (kept.c.run_id == "") & (kept.c.partition == context.partition_key)
    with log.index_connection() as connection:
        connection.execute(kept.delete().where(is_earlier))


def refused(error: PocLensError) -> Refused:
    """The same as Dagster's pages are to show it; the run ends here, and what ends it has none of
    the tracebacks that Dagster writes of whatever a step raises."""
    sys.tracebacklimit = 0
    return Refused(error)


def _can_pass(error: PocLensError | OSError) -> bool:
    if isinstance(error, OSError):
        return error.errno in _PASSING
    return any(problem.rule == "warehouse_locked" for problem in error.problems)


def _table(problems: Sequence[Problem]) -> dg.TableMetadataValue:
    """One row a problem: its place as far as it is known, rule, what to do in both languages."""
    named = [name for name in _PLACES if any(getattr(one, name) is not None for one in problems)]
    records = [
        dg.TableRecord(
            {
                name: "" if (found := getattr(problem, name)) is None else str(found)
                for name in named
            }
            | {"en": problem.says("en"), "fr": problem.says("fr")}
        )
        for problem in problems
    ]
    return dg.MetadataValue.table(records)
