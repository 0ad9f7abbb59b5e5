"""`poclens demo`: from sample files to dashboards in one go; `make demo` calls it."""

import argparse
import time
from datetime import date

from indicators.foundation.messages import message
from pipelines.cli.options import add_port, require_free_port
from pipelines.cli.progress import progress_bar
from pipelines.cli.refresh_command import summary
from pipelines.cli.serve_command import serve

SAMPLE = "sample"
AS_OF = date(2026, 10, 15)
PERIOD = "2026-Q3"


def add_arguments(parser: argparse.ArgumentParser, language: str) -> None:
    """The port, and whether to serve at the end."""
    add_port(parser, language, 8050)
    parser.add_argument(
        "--no-serve", action="store_true", help=message("cli.demo.no_serve", language)
    )


def run(arguments: argparse.Namespace) -> int:
    """Each step is done only where it is still to do, so that the command can be run again."""
    if not arguments.no_serve:
        require_free_port(arguments.port)
    started = time.monotonic()
    release = prepare(arguments)
    tell(
        arguments,
        "cli.demo.done",
        release=release,
        home=arguments.workspace.home,
        seconds=round(time.monotonic() - started),
        port=arguments.port,
    )
    if not arguments.no_serve:
        serve(arguments, arguments.port)
    return 0


def prepare(arguments: argparse.Namespace) -> str:
    """Sample, refresh and release; returns the release's name."""
    workspace = arguments.workspace
    current = workspace.releases(SAMPLE) / "current"
    if current.exists():
        return str(current.read_text(encoding="utf-8").strip())

    from pipelines.orchestration.run import publish, refresh
    from pipelines.sample import install
    from pipelines.workspace.installation import make_workspace

    make_workspace(workspace)
    if not workspace.warehouse(SAMPLE).exists():
        tell(arguments, "cli.demo.sample")
        install(workspace)
    tell(arguments, "cli.demo.refresh")
    with progress_bar(arguments):
        result = refresh(workspace, SAMPLE, AS_OF)
    print(summary(result, arguments.language))
    tell(arguments, "cli.demo.publish")
    with progress_bar(arguments):
        release, _ = publish(workspace, SAMPLE, PERIOD)
    return str(release)


def tell(arguments: argparse.Namespace, key: str, **parameters: object) -> None:
    """Prints a sentence at once: a demonstration that is silent for a minute looks broken."""
    print(message(key, arguments.language, **parameters), flush=True)
