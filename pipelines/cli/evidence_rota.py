"""`poclens evidence rota`, `answer` and `order`: what is drawn by lot, and what was recorded.

The draw is kept with its seed in `rotas/<mission>/<edge>_<first day>.json` before anybody goes; it
is not drawn again. The arithmetic stands in `indicators/linkage/rota.py`.
"""

import argparse
import json
import secrets
from collections.abc import Sequence
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import duckdb
import numpy as np

from indicators.foundation.errors import Problem, WrongUse
from indicators.foundation.messages import message
from indicators.foundation.numbers.number_format import number_text
from pipelines.cli.main import show

_YEAR = 365


def draw_rota(
    arguments: argparse.Namespace, connection: duckdb.DuckDBPyConnection, mission: str
) -> int:
    """Draws a rota for areas with activities and incidents in the last year; writes its order."""
    from indicators.linkage.rota import FORTNIGHT, RATIOS, draw, power

    edge, output = _read_edge(arguments, connection, mission)
    first = arguments.starts_on or _next_monday(_last_day(connection))
    kept = _kept(arguments, mission, edge.id, first)
    if kept.exists():
        raise WrongUse(Problem("rota_kept", value=str(kept)))
    areas, a_month = _year_before(connection)
    pairs = max(1, round(arguments.months * 30.44 / (2 * FORTNIGHT)))
    seed = arguments.seed if arguments.seed is not None else secrets.randbelow(2**31)
    rota = draw(len(areas), pairs, seed)
    _keep(kept, edge.id, first, seed, areas, rota)
    path = arguments.to or Path("rota.xlsx")
    _write_order(path, first, areas, rota, arguments.language)
    chances = {ratio: power(len(areas), arguments.months, a_month, ratio) for ratio in RATIOS}
    language = arguments.language
    lines = [
        message(
            "rota.power",
            language,
            areas=len(areas),
            months=arguments.months,
            number=number_text(a_month, language, 0),
            fall=round(100 * (1 - ratio)),
            share=round(100 * chance),
        )
        for ratio, chance in chances.items()
    ]
    parts = {"file": str(path), "areas": len(areas), "fortnights": 2 * pairs, "kept": str(kept)}
    activity = _activity(output, language)
    lines.append(message("rota.drawn", language, first=first, activity=activity, **parts))
    facts = {"edge": edge.id, "first": str(first), "seed": seed, "power": chances, **parts}
    show(arguments, facts, "\n".join(lines))
    return 0


def draw_order(arguments: argparse.Namespace, _: duckdb.DuckDBPyConnection, mission: str) -> int:
    """Draws in which order the teams of a rollout that have not arrived go, and keeps the draw."""
    from pipelines.workspace.durable import replace_text

    edges = {edge.id: edge for edge in _edges(arguments, mission) if _waiting(edge)}
    name = arguments.edge or next(iter(edges), "")
    if name not in edges:
        known = {"known": ", ".join(edges) or "–"}
        raise WrongUse(Problem("order_edge", value=name or "--edge", parameters=known))
    kept = Path(arguments.workspace.home) / "rotas" / mission / f"{name}_order.json"
    if kept.exists():
        raise WrongUse(Problem("rota_kept", value=str(kept)))
    waiting = _waiting(edges[name])
    seed = arguments.seed if arguments.seed is not None else secrets.randbelow(2**31)
    order = [waiting[at] for at in np.random.default_rng(seed).permutation(len(waiting))]
    drawn = {"edge": name, "seed": seed, "drawn_on": str(date.today()), "order": order}
    kept.parent.mkdir(parents=True, exist_ok=True)
    replace_text(kept, json.dumps(drawn) + "\n")
    lines = [
        message("order.line", arguments.language, place=place, areas=", ".join(areas))
        for place, areas in enumerate(order, start=1)
    ]
    lines.append(message("order.drawn", arguments.language, kept=str(kept)))
    show(arguments, drawn | {"kept": str(kept)}, "\n".join(lines))
    return 0


def _waiting(edge: Any) -> list[list[str]]:
    """Areas of each team of a rollout without a day; of one team alone no order can be drawn."""
    found = [list(arrival.areas) for arrival in edge.arrivals if arrival.on is None]
    return found if len(found) > 1 else []


def _edges(arguments: argparse.Namespace, mission: str) -> Sequence[Any]:
    from indicators.definitions.catalogue import load_catalogue
    from indicators.linkage.framework.model import read_framework

    framework = read_framework(arguments.workspace.profile(mission), load_catalogue())
    return framework.edges if framework else ()


def answer_rota(
    arguments: argparse.Namespace, connection: duckdb.DuckDBPyConnection, mission: str
) -> int:
    """What was recorded under the draw that is kept, as far as its fortnights are over."""
    from indicators.linkage.rota import LEAST_FOLLOWED, LEVEL, answer, counted

    edge, output = _read_edge(arguments, connection, mission)
    first = arguments.starts_on or _only_first_day(arguments, mission, edge.id)
    kept = _kept(arguments, mission, edge.id, first)
    if not kept.is_file():
        raise WrongUse(Problem("rota_missing", value=str(kept)))
    drawn = json.loads(kept.read_text(encoding="utf-8"))
    rota, areas = np.array(drawn["rota"], dtype=bool), drawn["areas"]
    days = _by_day(connection, "series_incident", areas, first, rota.shape[1])
    gone = _by_day(connection, "series_activity", areas, first, rota.shape[1])
    known = _known_fortnights(connection, areas, first, rota.shape[1])
    if not known.any():
        raise WrongUse(Problem("rota_early", value=str(kept)))
    counts = np.where(known, counted(days), 0.0)
    if not counts.any():
        raise WrongUse(Problem("rota_early", value=str(kept)))
    found = answer(counts, rota, int(drawn["seed"]))
    was_there = gone.reshape(*rota.shape, -1).any(axis=2)
    followed = float((was_there == rota)[known].mean())
    is_expected = (found.ratio - 1) * edge.expected_sign > 0
    letter = "D" if found.p_value >= LEVEL else "A"
    if letter == "A" and not (followed >= LEAST_FOLLOWED and is_expected):
        letter = "C"
    language = arguments.language
    said = message(
        "rota.answer",
        language,
        pairs=int(known.sum()) // 2,
        incidents=found.incidents,
        activity=_activity(output, language),
        followed=round(100 * followed),
        verdict=message(f"rota.verdict.{letter}", language),
        p=number_text(found.p_value, language, 3),
        ratio=number_text(found.ratio, language, 2),
        low=number_text(found.low, language, 2),
        high=number_text(found.high, language, 2),
    )
    facts = {"edge": edge.id, "grade": letter, "followed": followed, "seed": drawn["seed"]}
    show(arguments, facts | vars(found), said)
    return 0


def _read_edge(
    arguments: argparse.Namespace, connection: duckdb.DuckDBPyConnection, mission: str
) -> tuple[Any, Any]:
    """The edge and its output; leaves the tables of `case_series.series_sql` behind."""
    from indicators.compiler.derived.functions import functions_sql
    from indicators.definitions.catalogue import load_catalogue
    from indicators.definitions.mission_profile import read_mission
    from indicators.linkage.methods.case_series import CaseSeries, series_sql

    catalogue, profile = load_catalogue(), arguments.workspace.profile(mission)
    edges = {
        edge.id: edge
        for edge in _edges(arguments, mission)
        if edge.kind == "activity" and CaseSeries().applies(edge, catalogue)
    }
    name = arguments.edge or next(iter(edges), "")
    if name not in edges:
        known = {"known": ", ".join(edges) or "–"}
        raise WrongUse(Problem("rota_edge", value=name or "--edge", parameters=known))
    edge = edges[name]
    output, outcome = catalogue[edge.from_indicator], catalogue[edge.to_indicator]
    for statement in functions_sql(read_mission(profile), date.today().isoformat()):
        connection.execute(statement)
    for statement in series_sql(output, outcome):
        parameters = {"mission": mission} if "$mission" in statement else None
        connection.execute(statement, parameters)
    return edge, output


def _last_day(connection: duckdb.DuckDBPyConnection) -> date:
    ((last,),) = connection.execute(
        """SELECT greatest((SELECT max("day") FROM series_incident),
        (SELECT max("day") FROM series_activity))"""
    ).fetchall()
    return last if isinstance(last, date) else date.today()


def _next_monday(day: date) -> date:
    return day + timedelta(days=7 - day.weekday())


def _year_before(connection: duckdb.DuckDBPyConnection) -> tuple[list[str], float]:
    """Areas that had both in the last year of the record, and their incidents a month."""
    since = _last_day(connection) - timedelta(days=_YEAR)
    areas = [
        area
        for (area,) in connection.execute(
            """SELECT area FROM series_activity WHERE "day" > $since AND area IS NOT NULL
            INTERSECT SELECT area FROM series_incident WHERE "day" > $since ORDER BY area""",
            {"since": since},
        ).fetchall()
    ]
    ((incidents,),) = connection.execute(
        """SELECT count(*) FROM series_incident WHERE "day" > ? AND list_contains(?, area)""",
        [since, areas],
    ).fetchall()
    return areas, incidents / 12


def _kept(arguments: argparse.Namespace, mission: str, edge: str, first: date) -> Path:
    return Path(arguments.workspace.home) / "rotas" / mission / f"{edge}_{first}.json"


def _only_first_day(arguments: argparse.Namespace, mission: str, edge: str) -> date:
    folder = _kept(arguments, mission, edge, date.min).parent
    found = sorted(folder.glob(f"{edge}_*.json"))
    if not found:
        raise WrongUse(Problem("rota_missing", value=str(folder)))
    return date.fromisoformat(found[-1].stem.rpartition("_")[2])


def _keep(
    path: Path, edge: str, first: date, seed: int, areas: Sequence[str], rota: np.ndarray
) -> None:
    from pipelines.workspace.durable import replace_text

    path.parent.mkdir(parents=True, exist_ok=True)
    drawn = {
        "edge": edge,
        "first_day": str(first),
        "seed": seed,
        "areas": list(areas),
        "rota": rota.astype(int).tolist(),
    }
    replace_text(path, json.dumps(drawn) + "\n")


def _write_order(
    path: Path, first: date, areas: Sequence[str], rota: np.ndarray, language: str
) -> None:
    """One row an area and fortnight, in the order of days, as units read it."""
    from indicators.dissemination.spreadsheets import new_workbook, write_table
    from indicators.linkage.rota import FORTNIGHT

    heads = [message(f"rota.head.{name}", language) for name in ("first", "last", "area", "order")]
    words = {True: message("rota.go", language), False: message("rota.stay", language)}
    rows: list[list[str | float | date | None]] = []
    for fortnight in range(rota.shape[1]):
        begins = first + timedelta(days=FORTNIGHT * fortnight)
        ends = begins + timedelta(days=FORTNIGHT - 1)
        rows += [
            [begins, ends, area, words[bool(rota[at, fortnight])]] for at, area in enumerate(areas)
        ]
    with new_workbook(path) as book:
        write_table(book, "rota", heads, rows)


def _by_day(
    connection: duckdb.DuckDBPyConnection,
    table: str,
    areas: Sequence[str],
    first: date,
    fortnights: int,
) -> np.ndarray:
    """areas × days of the rota: rows of that table."""
    from indicators.linkage.rota import FORTNIGHT

    grid = np.zeros((len(areas), fortnights * FORTNIGHT))
    rows = connection.execute(
        f"""SELECT area, date_diff('day', CAST(? AS DATE), "day"), count(*) FROM {table}
        WHERE list_contains(?, area) GROUP BY ALL""",
        [first, list(areas)],
    ).fetchall()
    place = {area: at for at, area in enumerate(areas)}
    for area, day, count in rows:
        if 0 <= day < grid.shape[1]:
            grid[place[area], day] = count
    return grid


def _known_fortnights(
    connection: duckdb.DuckDBPyConnection, areas: Sequence[str], first: date, fortnights: int
) -> np.ndarray:
    """areas × fortnights: both of a pair lie in months whose reports on incidents all came."""
    from indicators.linkage.rota import FORTNIGHT

    sent = {
        (area, month)
        for area, month in connection.execute(
            """SELECT area, "month" FROM series_returned WHERE source = 'incidents' AND is_sent"""
        ).fetchall()
    }
    known = np.zeros((len(areas), fortnights), dtype=bool)
    for at, area in enumerate(areas):
        for fortnight in range(fortnights):
            begins = first + timedelta(days=FORTNIGHT * fortnight)
            ends = begins + timedelta(days=FORTNIGHT - 1)
            months = {day.replace(day=1) for day in (begins, ends)}
            known[at, fortnight] = all((area, month) in sent for month in months)
    pairs = known.reshape(len(areas), -1, 2).all(axis=2)
    return pairs.repeat(2, axis=1)


def _activity(output: Any, language: str) -> str:
    if output.activity is not None:
        return str(output.activity.in_language(language))
    return str(output.title.in_language(language))
