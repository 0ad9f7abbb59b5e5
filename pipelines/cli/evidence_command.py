"""`poclens evidence plan`: what each edge's test would see today and later, and what helps."""

import argparse
import csv
from collections.abc import Iterator, Mapping, Sequence
from itertools import groupby
from pathlib import Path
from typing import Any

from indicators.foundation.errors import Problem, WrongUse
from indicators.foundation.messages import message
from pipelines.cli.main import show
from pipelines.cli.options import add_mission, mission_of

ACTIONS = ("plan",)
FORMATS = (".xlsx", ".csv")
Row = Mapping[str, Any]


def add_arguments(parser: argparse.ArgumentParser, language: str) -> None:
    """What to do, the mission, and a file for the table."""
    parser.add_argument("action", choices=ACTIONS, help=message("cli.evidence.action", language))
    add_mission(parser, language)
    parser.add_argument("--to", type=Path, help=message("cli.evidence.to", language))


def run(arguments: argparse.Namespace) -> int:
    """Prints the plan of the last refresh, edge by edge; with `--to` writes its table too."""
    from pipelines.warehouse.connection import open_warehouse

    mission = mission_of(arguments)
    if arguments.to and arguments.to.suffix not in FORMATS:
        raise WrongUse(Problem("table_format", value=str(arguments.to)))
    with open_warehouse(arguments.workspace.warehouse(mission)) as connection:
        found = connection.execute(
            "SELECT * FROM mart.evidence_plan WHERE mission = ? ORDER BY edge, position", [mission]
        )
        names = [column[0] for column in found.description]
        rows = [dict(zip(names, row, strict=True)) for row in found.fetchall()]
    if arguments.to:
        _write(arguments.to, names, rows)
    text = "\n".join(_lines(rows, arguments.language))
    file = {"file": str(arguments.to)} if arguments.to else {}
    show(arguments, {"plan": rows, **file}, text)
    return 0


def _lines(rows: Sequence[Row], language: str) -> Iterator[str]:
    """Steps of the whole mission in sentences; areas with missing reports by name and number."""
    if not rows:
        yield message("cli.evidence.none", language)
    for edge, steps in groupby(rows, key=lambda row: row["edge"]):
        yield str(edge)
        first, *others = steps
        of_mission = [first, *(row for row in others if row["area"] == first["area"])]
        yield from (f"  {row[f'sentence_{language}']}" for row in of_mission)
        areas = [row for row in others if row["area"] != first["area"]]
        if areas:
            listed = ", ".join(f"{row['area']} {row['quantity']}" for row in areas)
            yield f"    {message('cli.evidence.areas', language, areas=listed)}"


def _write(path: Path, names: Sequence[str], rows: Sequence[Row]) -> None:
    table = [[row[name] for name in names] for row in rows]
    if path.suffix == ".csv":
        with path.open("w", encoding="utf-8-sig", newline="") as file:
            csv.writer(file).writerows([names, *table])
        return
    import xlsxwriter

    with xlsxwriter.Workbook(path, {"strings_to_formulas": False}) as book:
        sheet = book.add_worksheet("plan")
        sheet.freeze_panes(1, 1)
        for number, row in enumerate([names, *table]):
            sheet.write_row(number, 0, row)
