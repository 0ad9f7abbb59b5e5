"""`poclens extract`: SDMX-CSV and XLSX of a quarter from the published release."""

import argparse
from pathlib import Path

from indicators.messages import message
from pipelines.cli.main import show
from pipelines.cli.options import add_mission, mission_of


def add_arguments(parser: argparse.ArgumentParser, language: str) -> None:
    """Mission, quarter, audience and folder."""
    add_mission(parser, language)
    parser.add_argument("--period", metavar="2026-Q3", help=message("cli.option.period", language))
    parser.add_argument(
        "--audience",
        choices=("mission", "hq"),
        default="hq",
        help=message("cli.serve.audience", language),
    )
    parser.add_argument("--to", type=Path, default=Path(), help=message("cli.extract.to", language))


def run(arguments: argparse.Namespace) -> int:
    """Writes the files and prints their paths."""
    from pipelines.release.extraction import extract

    paths = extract(
        arguments.workspace,
        mission_of(arguments),
        arguments.period,
        arguments.audience,
        arguments.to,
    )
    show(arguments, {"files": [str(path) for path in paths]}, "\n".join(map(str, paths)))
    return 0
