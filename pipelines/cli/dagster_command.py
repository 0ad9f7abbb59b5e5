"""`poclens dagster`: Dagster's own pages on the workspace: runs, assets, checks, schedules."""

import argparse
import os
import signal
import sys

from pipelines.cli.options import Parser, add_port, clean_environment, require_free_port


def add_arguments(parser: Parser) -> None:
    """The port."""
    add_port(parser, 3000)


def run(arguments: argparse.Namespace) -> int:
    """Replaces this process by `dagster dev` on the workspace's instance."""
    from pipelines.orchestration.run import open_instance

    require_free_port(arguments.port)
    with open_instance(arguments.workspace):
        pass  # it makes the workspace and closes runs whose process was killed
    environment = clean_environment() | {
        "POCLENS_HOME": str(arguments.workspace.home),
        "DAGSTER_HOME": str(arguments.workspace.dagster_home),
    }
    command = [sys.executable, "-m", "dagster", "dev", "-m", "pipelines.orchestration.definitions"]
    command += ["--host", "127.0.0.1", "--port", str(arguments.port)]
    sys.stdout.flush()
    # A shell without job control has what it begins in the background ignore SIGINT, by which
    # `dagster dev`, asked to end, ends its own processes: it would wait for them for ever.
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    os.execve(sys.executable, command, environment)
