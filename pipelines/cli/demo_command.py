"""`poclens demo`: from sample files to dashboards in one go; `make demo` calls it."""

import argparse
import time
from dataclasses import dataclass
from datetime import date

from indicators.foundation.messages import message
from pipelines.cli.options import add_port, require_free_port
from pipelines.cli.progress import progress_bar
from pipelines.cli.refresh_command import summary
from pipelines.cli.serve_command import serve

SAMPLE = "sample"


@dataclass(frozen=True)
class Quarter:
    """A quarter, the last day of which its files tell, and the day as of which it is computed."""

    period: str
    until: date | None
    as_of: date


# The second brings late reports and a corrected log, the third a definition that was changed.
QUARTERS = (
    Quarter("2026-Q1", date(2026, 3, 31), date(2026, 4, 15)),
    Quarter("2026-Q2", date(2026, 6, 30), date(2026, 7, 15)),
    Quarter("2026-Q3", None, date(2026, 10, 15)),
)


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
    """Files, refresh and release of each quarter, the records; returns the last release's name."""
    from pipelines.sample.cycle import write_cycle

    workspace = arguments.workspace
    current = workspace.releases(SAMPLE) / "current"
    published = str(current.read_text(encoding="utf-8").strip()) if current.exists() else ""
    for number, quarter in enumerate(QUARTERS, start=1):
        if quarter is QUARTERS[-1]:  # they tell of all of its time
            write_cycle(workspace.home)
        if not published or published < quarter.period:
            published = _publish_quarter(arguments, number, quarter)
    return published


def _publish_quarter(arguments: argparse.Namespace, number: int, quarter: Quarter) -> str:
    from pipelines.orchestration.run import publish, refresh
    from pipelines.sample import deliver_what_is_new
    from pipelines.workspace.installation import install_profile, make_workspace

    workspace = arguments.workspace
    place = {"number": number, "count": len(QUARTERS), "period": quarter.period}
    make_workspace(workspace)
    tell(arguments, "cli.demo.sample", **place)
    install_profile(workspace, SAMPLE)
    deliver_what_is_new(workspace, quarter.until)
    tell(arguments, "cli.demo.refresh", **place)
    with progress_bar(arguments):
        result = refresh(workspace, SAMPLE, quarter.as_of)
    print(summary(result, arguments.language))
    tell(arguments, "cli.demo.publish", **place)
    with progress_bar(arguments):
        release, _ = publish(workspace, SAMPLE, quarter.period)
    return str(release)


def tell(arguments: argparse.Namespace, key: str, **parameters: object) -> None:
    """Prints a sentence at once: a demonstration that is silent for a minute looks broken."""
    print(message(key, arguments.language, **parameters), flush=True)
