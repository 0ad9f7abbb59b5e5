"""What can pass by itself is tried again: another writer at work, a share or disk that stumbles.

Avoid retrying what somebody must mend. A run of the command line retries nothing: whoever sits
there reads at once what stands in the way.
"""

import errno
from collections.abc import Iterator
from contextlib import contextmanager

import dagster as dg

from indicators.foundation.errors import WrongUse
from pipelines.orchestration.runs.abandoned import PROCESS_TAG

TIMES, SECONDS = 5, 60
_PASSING = (errno.EAGAIN, errno.EBUSY, errno.EIO, errno.ENOSPC, errno.ESTALE, errno.ETIMEDOUT)


@contextmanager
def retrying(context: dg.AssetExecutionContext | dg.AssetCheckExecutionContext) -> Iterator[None]:
    """Around the work of a step: raises RetryRequested for what can pass, all else as it is."""
    try:
        yield
    except (WrongUse, OSError) as error:
        if PROCESS_TAG in context.run.tags or not _can_pass(error):
            raise
        raise dg.RetryRequested(TIMES, SECONDS) from error


def _can_pass(error: WrongUse | OSError) -> bool:
    if isinstance(error, OSError):
        return error.errno in _PASSING
    return any(problem.rule == "warehouse_locked" for problem in error.problems)
