"""Work in a process of its own that is killed in the middle of it."""

import shutil
import subprocess
import sys
import time
from pathlib import Path

from pipelines.workspace.paths import Workspace
from tests.conftest import REPOSITORY


def copied(workspace: Workspace, folder: Path) -> Workspace:
    """The same workspace in another place."""
    shutil.copytree(workspace.home, folder)
    return Workspace(folder)


def kill_after(seconds: float, workspace: Workspace, prepare: str, work: str) -> bool:
    """Runs `work` on a workspace and kills it after so long; False where it had ended before.

    `prepare`, `work`: Python that knows the name `workspace`. Time counts once all is prepared.
    """
    script = f"""
import sys
from pathlib import Path
from pipelines.workspace.paths import Workspace
workspace = Workspace(Path(sys.argv[1]))
{prepare}
print("ready", flush=True)
{work}
print("done", flush=True)
"""
    command = [sys.executable, "-c", script, str(workspace.home)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=REPOSITORY) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
        time.sleep(seconds)
        process.kill()
        return process.stdout.readline() != "done\n"
