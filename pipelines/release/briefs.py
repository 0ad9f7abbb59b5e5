"""The one-page briefs of a candidate, made by the dashboards as a process of their own.

Dashboards and pipelines meet only in a release: what the brief says is what the pages say.
"""

import subprocess
import sys
from pathlib import Path

from indicators.foundation.errors import InternalFault, Problem


def write_briefs(folder: Path, mission: str, name: str) -> None:
    """`<audience>/brief/<mission>_<period>_<language>.pdf` for every audience of a candidate.

    Raises InternalFault where the process fails; nothing is published then.
    """
    command = [sys.executable, "-m", "dashboards.brief", str(folder)]
    command += ["--mission", mission, "--release", name]
    made = subprocess.run(command, capture_output=True, text=True, check=False)
    if made.returncode:
        last = (made.stderr.strip() or "?").splitlines()[-1]
        raise InternalFault(Problem("brief_not_made", value=name, parameters={"reason": last}))
