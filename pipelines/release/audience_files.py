"""What an audience gets beside its database, made of it by processes of their own: Parquet,
extracts, results of checks, briefs.

Publication and dashboards meet in the release alone. The processes are forked, where that can be
done, from one that has the libraries loaded: it loads them on the other core while the release is
computed, and once for all releases of a run.
"""

import importlib
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from contextlib import contextmanager
from multiprocessing import get_all_start_methods, get_context
from pathlib import Path

from indicators.foundation.errors import InternalFault, Problem
from indicators.foundation.stored.published_tables import database_of
from pipelines.quality.suites.results import write_suites
from pipelines.release.extracts.files import write_extracts
from pipelines.release.extracts.parquet import write_parquet
from pipelines.release.snapshot import mart_tables, open_database
from pipelines.workspace.other_core import deaf_to_interrupts, end_with_the_run

_BRIEFS = "dashboards.brief.__main__"
# With what they load only when they write, so that it is not loaded again for every release.
_LOADED = (
    __name__, _BRIEFS, "indicators.dissemination.structure", "typst",
    "pipelines.release.extracts.read_before_forking",
)  # fmt: skip
_HOW = "forkserver" if "forkserver" in get_all_start_methods() else "spawn"
AT_ONCE = 2
"""Audiences, and processes that make files."""


def prepare() -> None:
    """Begins to load what makes the files, beside what goes on here."""
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


def write_files(folder: Path, audience: str, mission: str, period: str) -> None:
    """All files of one audience of a candidate but its briefs.

    `mart.release` is in no Parquet, as it names the release before.
    """
    target = folder / audience
    with open_database(database_of(folder, audience)) as copy:
        tables = [name for name in mart_tables(copy) if name != "release"]
        write_parquet(copy, tables, target / "parquet")
        write_extracts(copy, target / "extracts", mission, period, audience)
        if "quality_check" in tables:
            write_suites(copy, target / "quality")


def write_briefs(folder: Path, mission: str, name: str) -> None:
    """`<audience>/brief/<mission>_<period>_<language>.pdf` for every audience of a candidate."""
    arguments = [str(folder), "--mission", mission, "--release", name, "--into", str(folder)]
    importlib.import_module(_BRIEFS).main(arguments)
