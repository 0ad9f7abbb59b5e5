"""Work in a process of its own that is killed in the middle of it."""

import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
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


@contextmanager
def killer(
    workspace: Workspace, prepare: str, work: str
) -> Iterator[Callable[[float | str], bool]]:
    """Kills `work` on one workspace, again and again: `kill(seconds)`, False where it had ended.

    The process that prepares forks for each attempt, so that libraries are loaded once. A text in
    place of seconds: `work`, which knows it as `until`, kills itself.
    """
    script = f"""
import os, signal, sys, time, traceback
from pathlib import Path
from pipelines.workspace.paths import Workspace
workspace = Workspace(Path(sys.argv[1]))
{prepare}
print("ready", flush=True)
for line in sys.stdin:
    until = line.strip()
    child = os.fork()
    if child == 0:
        try:
{_indented(work)}
        except BaseException:
            traceback.print_exc()
        finally:
            os._exit(0)
    if until.replace(".", "").isdigit():
        last = time.monotonic() + float(until)
        ended = os.WEXITED | os.WNOHANG | os.WNOWAIT
        while time.monotonic() < last and not os.waitid(os.P_PID, child, ended):
            time.sleep(0.005)
        os.kill(child, signal.SIGKILL)
    print(os.waitpid(child, 0)[1], flush=True)
"""
    command = [sys.executable, "-c", script, str(workspace.home)]
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE}
    with subprocess.Popen(command, text=True, cwd=REPOSITORY, **pipes) as process:
        assert process.stdin is not None and process.stdout is not None
        assert process.stdout.readline() == "ready\n"

        def kill(until: float | str) -> bool:
            process.stdin.write(f"{until}\n")  # type: ignore[union-attr]
            process.stdin.flush()  # type: ignore[union-attr]
            return os.WIFSIGNALED(int(process.stdout.readline()))  # type: ignore[union-attr]

        yield kill
        process.stdin.close()


def _indented(work: str) -> str:
    return "\n".join(f"            {line}" for line in work.splitlines())
