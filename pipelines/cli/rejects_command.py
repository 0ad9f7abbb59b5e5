"""`poclens rejects`: rows that wait for correction, as a workbook to send back."""

import argparse
from pathlib import Path

from indicators.foundation.messages import message
from pipelines.cli.main import show
from pipelines.cli.options import add_mission, mission_of


def add_arguments(parser: argparse.ArgumentParser, language: str) -> None:
    """The mission and the workbook's path."""
    add_mission(parser, language)
    parser.add_argument(
        "--to", type=Path, default=Path("rejects.xlsx"), help=message("cli.extract.to", language)
    )


def run(arguments: argparse.Namespace) -> int:
    """Writes the workbook and prints how many rows wait, and how many things are wrong in them."""
    from pipelines.quality.rejects.workbook import open_rejects, rejects_workbook
    from pipelines.warehouse.connection import open_warehouse

    with open_warehouse(arguments.workspace.warehouse(mission_of(arguments))) as connection:
        found = open_rejects(connection)
        rejects_workbook(connection, arguments.to, arguments.language)
    rows = {(reject.file_sha256, reject.sheet, reject.row_number) for reject in found}
    # `rejects` are findings, as the lines of the workbook; `rows` count each row once.
    counts = {"findings": len(found), "rows": len(rows)}
    text = message("cli.rejects.done", arguments.language, **counts, path=arguments.to)
    show(arguments, {"rejects": len(found), **counts, "file": str(arguments.to)}, text)
    return 0
