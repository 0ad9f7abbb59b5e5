"""Processes beside a publication that make what audiences get: its parts are `audience_files`.

They are forked, where that can be done, from one that has the libraries loaded: it loads them on
the other core while the release is computed, and once for all releases of a run. This module loads
nothing of its own, so that a command can begin that before it loads what it needs itself.
"""

from collections.abc import Callable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from contextlib import contextmanager
from multiprocessing import get_all_start_methods, get_context

from indicators.foundation.errors import InternalFault, Problem
from pipelines.workspace.other_core import deaf_to_interrupts, end_with_the_run

# With what they load only when they write, so that it is not loaded again for every release.
_LOADED = (
    "pipelines.release.audience_files", "dashboards.brief.__main__",
    "indicators.dissemination.structure", "typst",
    "pipelines.release.extracts.read_before_forking",
)  # fmt: skip
_HOW = "forkserver" if "forkserver" in get_all_start_methods() else "spawn"
AT_ONCE = 2
"""Audiences, and processes that make files."""


def prepare() -> None:
    """Begins to load what makes the files, beside what goes on here; once, however often asked."""
    if _HOW == "forkserver":
        from multiprocessing import forkserver

        forkserver.set_forkserver_preload([*_LOADED])
        with deaf_to_interrupts():
            forkserver.ensure_running()


@contextmanager
def makers(release: str) -> Iterator[Callable[..., None]]:
    """A function that begins work with its arguments in a process; at the end all of it is done.

    Raises InternalFault where one fails but for the disk's own error; nothing is published then.
    """
    begun: list[Future[None]] = []
    with ProcessPoolExecutor(AT_ONCE, get_context(_HOW), end_with_the_run) as processes:
        yield lambda work, *given: begun.append(processes.submit(work, *given))
        for one in begun:
            try:
                one.result()
            except OSError:  # may pass by itself
                raise
            except Exception as error:
                reason = {"reason": f"{type(error).__name__}: {error}"}
                problem = Problem("files_not_made", value=release, parameters=reason)
                raise InternalFault(problem) from error
