"""A Spark cluster on loopback: one master and two workers, each a process, ended with the block."""

import os
import re
import signal
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

_PATIENCE = 90  # seconds for a process to say that it is there


@dataclass(frozen=True)
class Cluster:
    """`url`: of the master. `workers`: their processes, to be killed by tests."""

    url: str
    workers: tuple[subprocess.Popen[bytes], ...]


@contextmanager
def cluster(folder: Path, workers: int = 2) -> Iterator[Cluster]:
    """Starts the processes, waits until they know of each other, and ends them by their ids."""
    port = _free_port()
    url = f"spark://127.0.0.1:{port}"
    master = _start(folder, "master", "master.Master", "--port", str(port), "--webui-port", "0")
    started = [master]
    try:
        _wait(folder / "master.log", "Starting Spark master|I have been elected leader")
        for number in range(workers):
            name = f"worker{number}"
            asked = ["--cores", "1", "--memory", "1500m", "--webui-port", "0"]
            work = str(folder / name)
            started.append(_start(folder, name, "worker.Worker", *asked, "-d", work, url))
        for number in range(workers):
            _wait(folder / f"worker{number}.log", "Successfully registered with master")
        yield Cluster(url, tuple(started[1:]))
    finally:
        for process in reversed(started):
            process.send_signal(signal.SIGTERM)
        for process in reversed(started):
            process.wait(timeout=_PATIENCE)


def _start(folder: Path, name: str, kind: str, *arguments: str) -> subprocess.Popen[bytes]:
    import pyspark

    home = Path(pyspark.__file__).parent
    environment = os.environ | {"SPARK_HOME": str(home), "SPARK_LOCAL_IP": "127.0.0.1"}
    environment |= {"SPARK_NO_DAEMONIZE": "1", "SPARK_DAEMON_MEMORY": "512m"}
    command = [str(home / "bin" / "spark-class"), f"org.apache.spark.deploy.{kind}"]
    with (folder / f"{name}.log").open("wb") as log:
        return subprocess.Popen(
            [*command, "--host", "127.0.0.1", *arguments],
            env=environment,
            stdout=log,
            stderr=subprocess.STDOUT,
        )


def _wait(log: Path, words: str) -> None:
    ends = time.monotonic() + _PATIENCE
    while not re.search(words, log.read_text(errors="replace")):
        if time.monotonic() > ends:
            raise TimeoutError(f"{log.name} did not say {words}: {log.read_text()[-2000:]}")
        time.sleep(0.2)


def _free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        port: int = found.getsockname()[1]
        return port
