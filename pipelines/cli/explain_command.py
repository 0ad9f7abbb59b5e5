"""`poclens explain INDICATOR`: definition, SQL, parts, files and rejects behind one figure."""

import argparse

from indicators.messages import message
from pipelines.cli.main import show
from pipelines.cli.options import add_mission, mission_of


def add_arguments(parser: argparse.ArgumentParser, language: str) -> None:
    """The indicator, and which area and period."""
    add_mission(parser, language)
    parser.add_argument("indicator", metavar="INDICATOR")
    parser.add_argument("--area", metavar="CODE", help=message("cli.option.area", language))
    parser.add_argument("--period", metavar="2026-Q3", help=message("cli.option.period", language))


def run(arguments: argparse.Namespace) -> int:
    """Prints the figure and what it rests on."""
    from pipelines.release.explain import explain

    found = explain(
        arguments.workspace,
        mission_of(arguments),
        arguments.indicator,
        area=arguments.area,
        period=arguments.period,
    )
    show(arguments, found, text_of(found, arguments.language))
    return 0


def text_of(found: dict, language: str) -> str:
    """The figure, its parts, its files and its SQL, in this order."""
    lines = [message("cli.explain.figure", language, **found)]
    lines += [message("cli.explain.file", language, **file) for file in found["files"]]
    lines += [message("cli.explain.rejects", language, rejects=found["rejects"])]
    return "\n".join([*lines, "", found["sql"]])
