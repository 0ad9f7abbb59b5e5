"""`poclens ingest --mission M [FILE …]`: files in, row by row accounted for."""

import argparse
from dataclasses import asdict
from pathlib import Path

from indicators.messages import message
from pipelines.cli.main import show
from pipelines.cli.options import add_mission, mission_of


def add_arguments(parser: argparse.ArgumentParser, language: str) -> None:
    """The mission and the files; without files everything in the inbox."""
    add_mission(parser, language)
    parser.add_argument("files", nargs="*", type=Path, help=message("cli.ingest.files", language))


def run(arguments: argparse.Namespace) -> int:
    """Takes the files in and prints a line for each."""
    from pipelines.ingest.inbox import ingest

    report = ingest(arguments.workspace, mission_of(arguments), arguments.files or None)
    files = [asdict(file) for file in report.files]
    lines = [message("cli.ingest.file", arguments.language, **file) for file in files]
    show(arguments, {"files": files}, "\n".join(lines))
    return 1 if any(file["status"] == "held" for file in files) else 0
