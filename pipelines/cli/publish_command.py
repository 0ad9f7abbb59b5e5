"""`poclens publish --mission M --period 2026-Q3`: an immutable release from the last refresh."""

import argparse

from indicators.foundation.messages import message
from pipelines.cli.main import show
from pipelines.cli.options import add_mission, mission_of
from pipelines.cli.progress import progress_bar


def add_arguments(parser: argparse.ArgumentParser, language: str) -> None:
    """The mission, the quarter, and who approved the partner copy."""
    add_mission(parser, language)
    parser.add_argument(
        "--period", required=True, metavar="2026-Q3", help=message("cli.option.period", language)
    )
    parser.add_argument(
        "--partner-approved-by",
        default="",
        metavar="NAME",
        help=message("cli.publish.approved_by", language),
    )


def run(arguments: argparse.Namespace) -> int:
    """Publishes and prints the release's name and folder."""
    mission = mission_of(arguments)
    from pipelines.orchestration.run import publish

    with progress_bar(arguments):
        release, path = publish(
            arguments.workspace, mission, arguments.period, arguments.partner_approved_by.strip()
        )
    text = message("cli.publish.done", arguments.language, release=release, path=path)
    show(arguments, {"release": release, "path": str(path)}, text)
    return 0
