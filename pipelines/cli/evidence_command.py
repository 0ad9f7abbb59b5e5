"""`poclens evidence`: what each edge's test would see, and pulse interviews that would help.

`rota`, `order`, `answer`: patrols or arrivals drawn by lot, and what came (`evidence_rota`).
`raked`: the last wave by raked weights, bounds and replicates (`evidence_raked`).
`wave`: how many to ask in the next survey wave (`evidence_wave`).
`changes`: whether groups changed otherwise between two waves (`evidence_changes`).
`plan`: the smallest change seen today and later, what helps most, and after which patrols to ask
residents. `form`: an XLSForm for these interviews.
"""

import argparse
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from itertools import groupby
from pathlib import Path
from typing import Any

import duckdb

from indicators.foundation.errors import Problem, WrongUse
from indicators.foundation.messages import message
from indicators.foundation.stored.database import named_rows
from pipelines.cli.evidence_changes import compare_changes
from pipelines.cli.evidence_raked import rake_wave
from pipelines.cli.evidence_rota import answer_rota, draw_order, draw_rota
from pipelines.cli.evidence_wave import plan_wave
from pipelines.cli.main import show
from pipelines.cli.options import Parser, mission_of

ACTIONS = ("plan", "form", "rota", "answer", "wave", "raked", "changes", "order")
FORMATS = (".xlsx", ".csv")
_CHANGES, _CHANGE = (5, 10, 15, 20), 10  # indicators.linkage.methods.interviews.plan.CHANGES
_FOR_PROGRAMS = ("mission", "position", "specification", "step", "purpose")
Row = Mapping[str, Any]


def add_arguments(parser: Parser) -> None:
    """What to do, the mission, a file for the table or form, and the change to be seen."""
    parser.add_argument("action", choices=ACTIONS)
    parser.add_argument("--mission", metavar="M")
    parser.add_argument("--to", type=Path)
    parser.add_argument("--change", type=int, choices=_CHANGES, default=_CHANGE)
    parser.add_argument("--edge")
    parser.add_argument("--from", dest="starts_on", type=date)
    parser.add_argument("--months", type=int, default=12)
    parser.add_argument("--seed", type=int)


def run(arguments: argparse.Namespace) -> int:
    """Prints the plan of the last refresh, edge by edge, or writes the form."""
    from pipelines.workspace.warehouse.last_state import open_to_read

    mission = mission_of(arguments)
    if (
        arguments.to
        and arguments.to.suffix not in FORMATS[: 2 if arguments.action == "plan" else 1]
    ):
        raise WrongUse(Problem("table_format", value=str(arguments.to)))
    with open_to_read(arguments.workspace.warehouse(mission)) as connection:
        actions = {
            "form": _form,
            "plan": _plan,
            "rota": draw_rota,
            "answer": answer_rota,
            "wave": plan_wave,
            "raked": rake_wave,
            "changes": compare_changes,
            "order": draw_order,
        }
        return actions[arguments.action](arguments, connection, mission)


def _plan(
    arguments: argparse.Namespace, connection: duckdb.DuckDBPyConnection, mission: str
) -> int:
    steps = _read(connection, "evidence_plan", mission)
    interviews = [
        row
        for row in _read(connection, "interview_plan", mission)
        if row["change"] == arguments.change
    ]
    if arguments.to:
        _write(arguments.to, {"plan": steps, "interviews": interviews}, arguments.language)
    file = {"file": str(arguments.to)} if arguments.to else {}
    text = "\n".join(_lines(steps, interviews, arguments.language))
    show(arguments, {"plan": steps, "interviews": interviews, **file}, text)
    return 0


def _form(
    arguments: argparse.Namespace, connection: duckdb.DuckDBPyConnection, mission: str
) -> int:
    """Writes the form for the plan's areas, and beside it the source that takes its export."""
    from indicators.definitions.catalogue import load_catalogue
    from pipelines.documents.interview_form import source_text, write_form

    path = arguments.to or Path("pulse_form.xlsx")
    planned = connection.execute(
        """SELECT DISTINCT own.area, name_en, name_fr, to_indicator
        FROM mart.interview_plan AS own
        JOIN (SELECT DISTINCT edge, to_indicator FROM mart.result_link WHERE mission = $mission)
          USING (edge)
        JOIN (SELECT DISTINCT ON (area_code) area_code, name_en, name_fr FROM mart.area
          WHERE mission = $mission ORDER BY area_code) AS named ON named.area_code = own.area
        WHERE own.mission = $mission AND change = $change AND visits_soon IS NOT NULL
          AND own.patrols IS NOT NULL
        ORDER BY ALL""",
        {"mission": mission, "change": arguments.change},
    ).fetchall()
    if not planned:
        raise WrongUse(Problem("no_interview_plan", value=mission))
    areas = {area: {"en": english, "fr": french} for area, english, french, _ in planned}
    catalogue = load_catalogue()
    outcomes = dict.fromkeys(code for *_, code in planned)
    items = sorted({item for code in outcomes for item in catalogue[code].measure.all_items})
    write_form(path, areas, items)
    source = path.with_suffix(".source.yaml")
    source.write_text(source_text(items), encoding="utf-8")
    words = {"file": str(path), "source": str(source), "areas": len(areas)}
    said = message("cli.evidence.form", arguments.language, **words)
    show(arguments, {"file": str(path), "source": str(source), "items": items}, said)
    return 0


def _read(connection: duckdb.DuckDBPyConnection, table: str, mission: str) -> list[dict[str, Any]]:
    found = connection.execute(
        f"SELECT * FROM mart.{table} WHERE mission = ? ORDER BY edge, position", [mission]
    )
    return named_rows(found)


def _lines(rows: Sequence[Row], interviews: Sequence[Row], language: str) -> Iterator[str]:
    """Steps of the whole mission in sentences; missing reports by area. Areas alone: in a file."""
    if not rows:
        yield message("cli.evidence.none", language)
    for edge, steps in groupby(rows, key=lambda row: row["edge"]):
        yield str(edge)
        first, *others = (row for row in steps if row["step"] != "area_alone")
        of_mission = [first, *(row for row in others if row["area"] == first["area"])]
        needed = {row["quantity"] for row in of_mission if row["step"] == "months"}
        for row in of_mission:
            if row["step"] != "months_ahead" or row["months"] not in needed:  # said by what lacks
                yield f"  {row[f'sentence_{language}']}"
        areas = [row for row in others if row["area"] != first["area"]]
        if areas:
            listed = ", ".join(f"{row['area']} {row['quantity']}" for row in areas)
            yield f"    {message('cli.evidence.areas', language, areas=listed)}"
        yield from _asking([row for row in interviews if row["edge"] == edge], language)


def _asking(rows: Sequence[Row], language: str) -> Iterator[str]:
    """After which patrols to ask, and in which areas after every n-th of them."""
    if not rows:
        return
    whole, *areas = rows
    yield f"  {whole[f'sentence_{language}']}"
    if areas:
        listed = ", ".join(f"{row['area']} {row['every']}" for row in areas)
        yield f"    {message('cli.evidence.after', language, areas=listed)}"


def _write(path: Path, tables: Mapping[str, Sequence[Row]], language: str) -> None:
    """A sheet a table, in words; as CSV the plan alone, under the names of its columns."""
    from indicators.dissemination.spreadsheets import write_csv
    from pipelines.documents.analysis_workbook import write_analysis

    if path.suffix == ".csv":
        plan = tables["plan"]
        heads = [*plan[0]] if plan else []
        write_csv(path, [heads, *([*row.values()] for row in plan)], encoding="utf-8-sig")
    else:
        in_words = {
            name: [_to_read(row, language) for row in rows] for name, rows in tables.items()
        }
        write_analysis(path, in_words, language)


def _to_read(row: Row, language: str) -> Row:
    """Without what only programs read, nor the sentence of the other language."""
    shown = {
        name: value
        for name, value in row.items()
        if name not in _FOR_PROGRAMS
        and (name == f"sentence_{language}" or not name.startswith("sentence_"))
    }
    coded = {name: shown[name] for name in ("method", "change_unit") if shown.get(name)}
    return shown | {
        name: message(f"linkage.{name}.{code}", language) for name, code in coded.items()
    }
