"""`poclens serve`: the dashboards, as a process of their own, on this machine only."""

import argparse
import os
import sys
from typing import NoReturn

from indicators.foundation.messages import message
from pipelines.cli.options import add_port, clean_environment, require_free_port

DESK = "pipelines.proposal.desk:open_desk"  # what takes files in, for the pages


def add_arguments(parser: argparse.ArgumentParser, language: str) -> None:
    """Port and audience."""
    add_port(parser, language, 8050)
    parser.add_argument(
        "--audience",
        choices=("mission", "hq"),
        default="mission",
        help=message("cli.serve.audience", language),
    )


def run(arguments: argparse.Namespace) -> int:
    """Serves until it is interrupted or ended."""
    serve(arguments, arguments.port, arguments.audience)


def serve(arguments: argparse.Namespace, port: int, audience: str = "mission") -> NoReturn:
    """Replaces this process by `python -m dashboards`: who ends it ends the server."""
    require_free_port(port)
    command = [sys.executable, "-m", "dashboards", "--home", str(arguments.workspace.home)]
    command += ["--audience", audience, "--host", "127.0.0.1", "--port", str(port)]
    if audience == "mission":  # headquarters only reads
        command += ["--desk", DESK]
    sys.stdout.flush()
    os.execve(sys.executable, command, clean_environment())
