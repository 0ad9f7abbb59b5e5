"""`poclens backfill --mission M --from 2025-Q1`: releases of a mission's past quarters."""

import argparse
from dataclasses import asdict

from indicators.foundation.messages import message
from pipelines.cli.main import show
from pipelines.cli.options import Parser, mission_of
from pipelines.cli.progress import progress_bar


def add_arguments(parser: Parser) -> None:
    """The mission, the first quarter and the last."""
    parser.add_argument("--mission", metavar="M")
    for name, bound in (("--from", "first"), ("--to", "last")):
        parser.add_argument(name, dest=bound, metavar="2025-Q1")


def run(arguments: argparse.Namespace) -> int:
    """Publishes what is missing, a line a quarter; 1 where a blocking check stopped one."""
    mission = mission_of(arguments)
    from pipelines.orchestration.runs.backfill import backfill, quarters_to_fill
    from pipelines.workspace.other_core import one_for_several_runs

    workspace, language = arguments.workspace, arguments.language
    quarters = quarters_to_fill(workspace, mission, arguments.first, arguments.last)
    with progress_bar(arguments), one_for_several_runs():
        found = list(backfill(workspace, mission, quarters))
    lines = [message(f"cli.backfill.{one.status}", language, **asdict(one)) for one in found]
    text = "\n".join(lines) or message("cli.backfill.nothing", language)
    show(arguments, {"quarters": [asdict(one) for one in found]}, text)
    return 1 if any(one.status == "failed" for one in found) else 0
