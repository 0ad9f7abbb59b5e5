"""`poclens diff`: what moved between two releases and why."""

import argparse

from indicators.messages import message
from pipelines.cli.main import show
from pipelines.cli.options import add_mission, mission_of


def add_arguments(parser: argparse.ArgumentParser, language: str) -> None:
    """The mission and, where they are not the last two, the releases."""
    add_mission(parser, language)
    parser.add_argument("old", nargs="?", help=message("cli.diff.old", language))
    parser.add_argument("new", nargs="?", help=message("cli.diff.new", language))


def run(arguments: argparse.Namespace) -> int:
    """Prints the revised figures."""
    from pipelines.release.revisions import diff

    moved = diff(arguments.workspace, mission_of(arguments), arguments.old, arguments.new)
    text = moved.to_string(index=False) if len(moved) else ""
    text = "\n".join(
        filter(None, [message("cli.diff.count", arguments.language, count=len(moved)), text])
    )
    show(arguments, {"revisions": moved.to_dict("records")}, text)
    return 0
