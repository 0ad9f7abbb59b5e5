"""`poclens ingest --mission M [FILE …]`: files in, row by row accounted for."""

import argparse
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

from indicators.errors import Problem
from indicators.messages import message
from pipelines.cli.main import show
from pipelines.cli.options import add_mission, mission_of


def add_arguments(parser: argparse.ArgumentParser, language: str) -> None:
    """The mission and the files; without files everything in the inbox."""
    add_mission(parser, language)
    parser.add_argument("files", nargs="*", type=Path, help=message("cli.ingest.files", language))


def remark_lines(file: Mapping[str, Any], language: str) -> list[str]:
    """What is to be said of a file (fields of a FileReport) as a whole, and was left out of it."""
    lines = [Problem(**remark).sentence(language) for remark in file["remarks"]]
    for column, values in file["left_out"].items():
        facts = {"name": file["name"], "column": column, "values": values}
        lines.append(message("cli.ingest.left_out", language, **facts))
    return lines


def run(arguments: argparse.Namespace) -> int:
    """Takes the files in and prints a line for each."""
    from indicators.mission import read_mission
    from pipelines.ingest.inbox import FilesRefused, IngestReport, ingest

    def tell(report: IngestReport) -> list[dict[str, object]]:
        files = [asdict(file) for file in report.files]
        lines = []
        for file in files:
            lines.append(message("cli.ingest.file", arguments.language, **file))
            lines += remark_lines(file, arguments.language)
        show(arguments, {"files": files}, "\n".join(lines))
        return files

    mission = read_mission(arguments.workspace.profile(mission_of(arguments)))
    try:
        files = tell(ingest(arguments.workspace, mission, arguments.files or None))
    except FilesRefused as refused:  # the others are in: say so before the complaint
        if not arguments.json:
            tell(refused.report)
        raise
    return 1 if any(file["status"] == "held" for file in files) else 0
