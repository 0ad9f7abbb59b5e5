"""`poclens serve`: the dashboards, as a process of their own, on this machine only."""

import argparse
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import NoReturn

from pipelines.cli.options import Parser, add_port, clean_environment, require_free_port
from pipelines.workspace.other_core import deaf_to_interrupts

DESK = "pipelines.setup.proposal.desk:open_desk"  # what takes files in, for the pages


def add_arguments(parser: Parser) -> None:
    """Port and audience."""
    add_port(parser, 8050)
    parser.add_argument("--audience", choices=("mission", "hq"), default="mission")


def run(arguments: argparse.Namespace) -> int:
    """Serves until it is interrupted or ended."""
    serve(arguments, arguments.port, arguments.audience)


def serve(arguments: argparse.Namespace, port: int, audience: str = "mission") -> NoReturn:
    """Replaces this process by `python -m dashboards`: who ends it ends the server."""
    require_free_port(port)
    sys.stdout.flush()
    os.execve(sys.executable, _command(arguments, port, audience), _environment(arguments))


@contextmanager
def served(arguments: argparse.Namespace, port: int) -> Iterator["subprocess.Popen[bytes]"]:
    """The server as a process beside this one, which loads and answers once it is told to; it ends
    with the block, and with this process where that is asked to end."""
    require_free_port(port)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    command = [*_command(arguments, port, "mission"), "--waits"]
    with deaf_to_interrupts():  # until it is told to answer
        server = subprocess.Popen(command, stdin=subprocess.PIPE, env=_environment(arguments))
    try:
        yield server
    finally:
        server.terminate()
        server.wait()


def let_answer(server: "subprocess.Popen[bytes]", port: int) -> None:
    """Tells the server that is beside to answer, and waits until it does or has ended."""
    assert server.stdin is not None
    with suppress(BrokenPipeError), server.stdin as told:
        told.write(b"\n")
    while server.poll() is None and not answers(port):
        time.sleep(0.1)


def answers(port: int) -> bool:
    """Whether anything listens on the port of this machine."""
    with socket.socket() as asked:
        return asked.connect_ex(("127.0.0.1", port)) == 0


def _environment(arguments: argparse.Namespace) -> dict[str, str]:
    return clean_environment() | {"POCLENS_LANGUAGE": arguments.language}


def _command(arguments: argparse.Namespace, port: int, audience: str) -> list[str]:
    command = [sys.executable, "-m", "dashboards", "--home", str(arguments.workspace.home)]
    command += ["--audience", audience, "--host", "127.0.0.1", "--port", str(port)]
    if audience == "mission":  # headquarters only reads
        command += ["--desk", DESK]
    return command
