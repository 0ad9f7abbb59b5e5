"""`poclens evidence rota`, `answer` and `order`: what is drawn by lot, and what was recorded.

Rotas stand in `pipelines/setup/rotas.py`; the order of arrivals is kept beside them.
"""

import argparse
import json
import secrets
from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import Any

import duckdb
import numpy as np

from indicators.foundation.errors import Problem, WrongUse
from indicators.foundation.messages import message
from pipelines.cli.main import show


def draw_rota(
    arguments: argparse.Namespace, connection: duckdb.DuckDBPyConnection, mission: str
) -> int:
    """Draws a rota for areas with activities and incidents in the last year; writes its order."""
    from pipelines.setup.rotas import Rotas, activity, order_bytes, power_lines

    rotas, language = Rotas(arguments.workspace, mission, connection), arguments.language
    edge, output = rotas.read(arguments.edge)
    first = arguments.starts_on or rotas.next_first()
    drawn = rotas.draw(edge.id, first, arguments.months, arguments.seed)
    path = arguments.to or Path("rota.xlsx")
    path.write_bytes(order_bytes(*rotas.order(drawn, language)))
    chances = rotas.chances(arguments.months)
    fortnights = drawn.goes.shape[1]
    parts = {"file": str(path), "areas": len(drawn.areas), "fortnights": fortnights}
    parts |= {"kept": str(drawn.path)}
    lines = power_lines(chances, arguments.months, language)
    lines.append(
        message("rota.drawn", language, first=first, activity=activity(output, language), **parts)
    )
    facts = {"edge": edge.id, "first": str(first), "seed": drawn.seed, "power": chances[2]}
    show(arguments, facts | parts, "\n".join(lines))
    return 0


def answer_rota(
    arguments: argparse.Namespace, connection: duckdb.DuckDBPyConnection, mission: str
) -> int:
    """What was recorded under the draw that is kept, as far as its fortnights are over."""
    from pipelines.setup.rotas import Rotas, answer_line

    rotas = Rotas(arguments.workspace, mission, connection)
    edge, output = rotas.read(arguments.edge)
    drawn = rotas.one(edge.id, arguments.starts_on)
    found = rotas.answer(drawn, edge)
    facts = {"edge": edge.id, "grade": found.grade, "followed": found.followed}
    facts |= {"seed": drawn.seed, **vars(found.answer)}
    show(arguments, facts, answer_line(found, output, arguments.language))
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
