"""`poclens rejects`: rows that wait for correction, as a workbook to send back."""

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from indicators.foundation.messages import message
from pipelines.cli.main import show
from pipelines.cli.options import Parser, mission_of

if TYPE_CHECKING:
    import duckdb


def add_arguments(parser: Parser) -> None:
    """The mission and the workbook's path."""
    parser.add_argument("--mission", metavar="M")
    parser.add_argument("--to", type=Path, default=Path("rejects.xlsx"))
    parser.add_argument("--to-mend", type=Path, metavar="FOLDER")


def run(arguments: argparse.Namespace) -> int:
    """Writes the workbook and prints how many rows wait, and how many things are wrong in them."""
    from pipelines.quality.rejects.workbook import open_rejects, rejects_workbook, rows_to_correct
    from pipelines.workspace.warehouse.last_state import open_to_read

    mission = mission_of(arguments)
    with open_to_read(arguments.workspace.warehouse(mission)) as connection:
        found = open_rejects(connection)
        if arguments.to_mend is None:
            rejects_workbook(connection, arguments.to, arguments.language)
        else:
            written = _to_mend(arguments, mission, connection)
    # `rejects` are findings, as the lines of the workbook; `rows` count each row once.
    counts = {"findings": len(found), "rows": rows_to_correct(found)}
    if arguments.to_mend is not None:
        told = {"rows": counts["rows"], "files": len(written), "path": arguments.to_mend}
        text = message("cli.rejects.mend_done", arguments.language, **told)
        show(arguments, {**counts, "files": [str(path) for path in written]}, text)
        return 0
    text = message("cli.rejects.done", arguments.language, **counts, path=arguments.to)
    show(arguments, {"rejects": len(found), **counts, "file": str(arguments.to)}, text)
    return 0


def _to_mend(
    arguments: argparse.Namespace, mission: str, connection: "duckdb.DuckDBPyConnection"
) -> list[Path]:
    from pipelines.ingest.mapping.sources.known_sources import known_sources
    from pipelines.quality.rejects.workbook import workbooks_to_mend

    workspace = arguments.workspace
    return workbooks_to_mend(
        connection,
        workspace.archive(mission),
        known_sources(workspace.profile(mission)),
        arguments.to_mend,
        arguments.language,
    )
