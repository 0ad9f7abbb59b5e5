"""The briefs of a candidate, made by the dashboards in a process of their own.

Publication and dashboards meet in the release alone. The process is forked, where that can be done,
from one that has the dashboards' libraries loaded: it loads them on the other core while the
release is computed, and once for all releases of a run.
"""

import importlib
import shutil
import tempfile
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_all_start_methods, get_context
from pathlib import Path

from indicators.foundation.errors import InternalFault, Problem

_MAKER = "dashboards.brief.__main__"
_HOW = "forkserver" if "forkserver" in get_all_start_methods() else "spawn"


def prepare() -> None:
    """Begins to load what makes briefs, beside what goes on here."""
    if _HOW == "forkserver":
        from multiprocessing import forkserver

        forkserver.set_forkserver_preload([_MAKER])
        forkserver.ensure_running()


def write_briefs(folder: Path, mission: str, name: str) -> None:
    """`<audience>/brief/<mission>_<period>_<language>.pdf` for every audience of a candidate.

    The process writes outside: it may outlive a killed run and must not touch the next candidate.
    Raises InternalFault where it fails; nothing is published then.
    """
    with tempfile.TemporaryDirectory() as made:
        arguments = ["--into", made, "--mission", mission, "--release", name, str(folder)]
        with ProcessPoolExecutor(1, get_context(_HOW)) as process:
            failure = process.submit(_make, arguments).exception()
        if failure is not None:
            reason = f"{type(failure).__name__}: {failure}"
            raise InternalFault(
                Problem("brief_not_made", value=name, parameters={"reason": reason})
            )
        for path in sorted(Path(made).glob("*/*.pdf")):
            target = folder / path.parent.name / "brief"
            target.mkdir(exist_ok=True)
            shutil.copyfile(path, target / path.name)


def _make(arguments: list[str]) -> None:
    importlib.import_module(_MAKER).main(arguments)
