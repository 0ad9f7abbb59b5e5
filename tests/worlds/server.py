"""A server of this project on a free port of this machine, while a test or a benchmark asks it."""

import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

_START_SECONDS, _END_SECONDS = 60, 30


@contextmanager
def serving(*module: str) -> Iterator[tuple[int, subprocess.Popen[bytes]]]:
    """`python -m MODULE … PORT` once it answers: its port and process.

    Raises RuntimeError where it ends or does not answer in time.
    """
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = int(free.getsockname()[1])
    command = [sys.executable, "-m", *module, str(port)]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL)
    try:
        _await(port, process)
        yield port, process
    finally:
        process.terminate()
        process.wait(_END_SECONDS)


@contextmanager
def served(home: Path) -> Iterator[str]:
    """The address of the dashboards over a workspace."""
    with serving("dashboards", "--home", str(home), "--port") as (port, _):
        yield f"http://127.0.0.1:{port}"


def _await(port: int, process: subprocess.Popen[bytes]) -> None:
    for _ in range(_START_SECONDS * 10):
        if process.poll() is not None:
            raise RuntimeError(f"the server ended with {process.returncode}")
        try:
            urllib.request.urlopen(f"http://127.0.0.1:{port}/health", timeout=5).close()
            return
        except OSError:
            time.sleep(0.1)
    raise RuntimeError("the server did not answer in time")
