"""`poclens demo`: from sample files to dashboards in one go; `make demo` calls it.

The newest quarter is published first, so that there is something to read; the quarters before it
follow while the dashboards are served (`demo_history.py`).
"""

import argparse
import os
import sys
import time
from contextlib import ExitStack

from indicators.foundation.errors import PocLensError
from indicators.foundation.messages import message
from pipelines.cli.demo_history import (
    NEWEST,
    QUARTERS,
    SAMPLE,
    Quarter,
    drop_history,
    hand_over,
    history_of,
    is_coming,
    is_published,
    mark_history,
)
from pipelines.cli.options import Parser, add_port, require_free_port
from pipelines.cli.progress import progress_bar
from pipelines.cli.refresh_command import summary
from pipelines.cli.serve_command import let_answer, served
from pipelines.workspace.paths import Workspace


def add_arguments(parser: Parser) -> None:
    """The port, and whether to serve."""
    add_port(parser, 8050)
    parser.add_argument("--no-serve", action="store_true")


def run(arguments: argparse.Namespace) -> int:
    """Each step is done only where it is still to do, so that the command can be run again."""
    if not arguments.no_serve:
        require_free_port(arguments.port)
    from pipelines.workspace.other_core import one_for_several_runs

    started = time.monotonic()
    with ExitStack() as opened:
        with one_for_several_runs():
            write_newest(arguments)
            if not arguments.no_serve:  # it loads while files are taken in here
                server = opened.enter_context(served(arguments, arguments.port))
            publish_newest(arguments)
            if not arguments.no_serve:
                let_answer(server, arguments.port)
                seconds = round(time.monotonic() - started)
                tell(arguments, "cli.demo.open", seconds=seconds, port=arguments.port)
                if hasattr(os, "nice"):
                    os.nice(10)  # readers come first
            try:
                add_history(arguments)
            except PocLensError as error:
                if arguments.no_serve:
                    raise
                lines = [problem.sentence(arguments.language) for problem in error.problems]
                print("\n".join(lines), file=sys.stderr, flush=True)
        seconds = round(time.monotonic() - started)
        _tell_done(arguments, seconds)
        if not arguments.no_serve:
            server.wait()
    return 0


def _tell_done(arguments: argparse.Namespace, seconds: int) -> None:
    from pipelines.release.naming import current_name

    workspace = arguments.workspace
    release = current_name(workspace, SAMPLE)
    here = f"http://127.0.0.1:{arguments.port}"
    opens = ".venv/bin/poclens serve" if arguments.no_serve else here
    words = {"release": release, "home": workspace.home, "open": opens}
    tell(arguments, "cli.demo.done", seconds=seconds, **words)


def write_newest(arguments: argparse.Namespace) -> None:
    """The records and all files up to the newest quarter; what makes the files of its release
    begins to load."""
    workspace = arguments.workspace
    if is_published(workspace, NEWEST):
        return
    from pipelines.release.audience_files import prepare
    from pipelines.sample.cycle import write_cycle

    write_cycle(workspace.home)
    mark_history(workspace, coming=True)
    _deliver(arguments, workspace, NEWEST)
    prepare()


def publish_newest(arguments: argparse.Namespace) -> None:
    """The newest quarter's first release, of which nothing is revised yet."""
    if not is_published(arguments.workspace, NEWEST):
        _refresh(arguments, arguments.workspace, NEWEST)
        _publish(arguments, arguments.workspace, NEWEST)


def add_history(arguments: argparse.Namespace) -> None:
    """The earlier quarters as of their days, then the newest one again with what was revised."""
    workspace = arguments.workspace
    if not is_coming(workspace):
        return
    history = history_of(workspace)
    for quarter in QUARTERS[:-1]:
        if not is_published(workspace, quarter) and not is_published(history, quarter):
            _deliver(arguments, history, quarter)
            _refresh(arguments, history, quarter)
            _publish(arguments, history, quarter)
    if history.warehouse(SAMPLE).is_file():
        _deliver(arguments, history, NEWEST)
    if hand_over(workspace):
        _refresh(arguments, workspace, NEWEST)
        _publish(arguments, workspace, NEWEST)
    mark_history(workspace, coming=False)
    drop_history(workspace)


def _deliver(arguments: argparse.Namespace, workspace: Workspace, quarter: Quarter) -> None:
    from pipelines.sample import deliver_what_is_new
    from pipelines.workspace.installation import install_profile, make_workspace

    make_workspace(workspace)
    tell(arguments, "cli.demo.sample", period=quarter.period)
    install_profile(workspace, SAMPLE)
    deliver_what_is_new(workspace, quarter.until)


def _refresh(arguments: argparse.Namespace, workspace: Workspace, quarter: Quarter) -> None:
    from pipelines.orchestration.run import refresh

    tell(arguments, "cli.demo.refresh", period=quarter.period)
    with progress_bar(arguments):
        result = refresh(workspace, SAMPLE, quarter.as_of)
    print(summary(result, arguments.language), flush=True)


def _publish(arguments: argparse.Namespace, workspace: Workspace, quarter: Quarter) -> None:
    from pipelines.orchestration.run import publish

    tell(arguments, "cli.demo.publish", period=quarter.period)
    with progress_bar(arguments):
        publish(workspace, SAMPLE, quarter.period)


def tell(arguments: argparse.Namespace, key: str, **parameters: object) -> None:
    """Prints a sentence at once: a demonstration that is silent for a minute looks broken."""
    print(message(key, arguments.language, **parameters), flush=True)
