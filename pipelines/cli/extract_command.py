"""`poclens extract`: a quarter of the published release in every format of the extracts."""

import argparse
import sys
from pathlib import Path

from indicators.foundation.messages import message
from pipelines.cli.main import show
from pipelines.cli.options import Parser, mission_of


def add_arguments(parser: Parser) -> None:
    """Mission, quarter, audience and folder."""
    parser.add_argument("--mission", metavar="M")
    parser.add_argument("--period", metavar="2026-Q3")
    parser.add_argument("--audience", choices=("mission", "hq", "partner"), default="hq")
    parser.add_argument("--to", type=Path, default=Path())


def run(arguments: argparse.Namespace) -> int:
    """Writes the files and prints their paths, and says so where no cell holds a figure."""
    from pipelines.release.reading.extraction import extract

    written = extract(
        arguments.workspace,
        mission_of(arguments),
        arguments.period,
        arguments.audience,
        arguments.to,
    )
    paths = [str(path) for path in written.paths]
    counts = {"cells": written.cells, "told": written.told}
    show(arguments, {"files": paths} | counts, "\n".join(paths))
    if not written.told:
        sys.stderr.write(message("cli.extract.no_value", arguments.language, **counts) + "\n")
    return 0
