"""The one-page briefs of a candidate, made by the dashboards as a process of their own.

Dashboards and pipelines meet only in a release: what the brief says is what the pages say.
"""

import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from indicators.foundation.errors import InternalFault, Problem


def write_briefs(folder: Path, mission: str, name: str) -> None:
    """`<audience>/brief/<mission>_<period>_<language>.pdf` for every audience of a candidate.

    Raises InternalFault where the process fails; nothing is published then.
    """
    with tempfile.TemporaryDirectory() as made:
        _make(["--into", made, "--mission", mission, "--release", name, str(folder)], name)
        for path in sorted(Path(made).glob("*/*.pdf")):
            target = folder / path.parent.name / "brief"
            target.mkdir(exist_ok=True)
            shutil.copyfile(path, target / path.name)


def _make(arguments: list[str], name: str) -> None:
    """Runs the process, which writes outside: it may outlive a killed run and must not touch the
    next candidate."""
    command = [sys.executable, "-m", "dashboards.brief", *arguments]
    made = subprocess.run(command, capture_output=True, text=True, check=False)
    if made.returncode:
        last = (made.stderr.strip() or "?").splitlines()[-1]
        raise InternalFault(Problem("brief_not_made", value=name, parameters={"reason": last}))
