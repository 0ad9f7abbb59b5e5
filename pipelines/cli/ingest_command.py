"""`poclens ingest --mission M [FILE …]`: files in, row by row accounted for."""

import argparse
from pathlib import Path
from typing import Any

from pipelines.cli.main import show
from pipelines.cli.options import Parser, mission_of
from pipelines.cli.progress import own_turn


def add_arguments(parser: Parser) -> None:
    """The mission and the files; without files everything in the inbox."""
    parser.add_argument("--mission", metavar="M")
    parser.add_argument("files", nargs="*", type=Path)
    parser.add_argument("--again", action="append", default=[], metavar="FILE")


def run(arguments: argparse.Namespace) -> int:
    """Takes the files in and prints a line for each; 1 where one was held back or left as it was.

    With `--again` and no other file only that one is read.
    """
    from indicators.definitions.mission_profile import read_mission
    from pipelines.ingest.inbox import FilesRefused, IngestReport, ingest

    def tell(report: IngestReport) -> list[dict[str, Any]]:
        files = [file.as_dict(arguments.language) for file in report.files]
        lines = [line for file in report.files for line in file.lines(arguments.language)]
        show(arguments, {"files": files}, "\n".join(lines))
        return files

    mission = read_mission(arguments.workspace.profile(mission_of(arguments)))
    given = arguments.files or ([] if arguments.again else None)
    try:
        with own_turn(arguments, mission.mission):
            report = ingest(arguments.workspace, mission, given, again=arguments.again)
        files = tell(report)
    except FilesRefused as refused:  # the others are in: say so before the complaint
        if not arguments.json:
            tell(refused.report)
        raise
    return 1 if any(file["status"] in ("held", "kept") for file in files) else 0
