"""`poclens evidence rota`, `answer` and `order`: what is drawn by lot, and what was recorded.

Rotas stand in `pipelines/setup/rotas.py`, the order of arrivals in `arrivals.py` beside it.
"""

import argparse
from pathlib import Path
from typing import Any

import duckdb

from indicators.foundation.messages import message
from pipelines.cli.main import show


def draw_rota(
    arguments: argparse.Namespace, connection: duckdb.DuckDBPyConnection, mission: str
) -> int:
    """What a rota could show; with a first day, draws one for areas with activities and incidents
    in the last year and writes its order."""
    from pipelines.setup.rotas import Rotas, activity, order_bytes, power_lines

    rotas, language = Rotas(arguments.workspace, mission, connection), arguments.language
    edge, output = rotas.read(arguments.edge)
    chances, first = rotas.chances(edge, arguments.months), arguments.starts_on
    lines = power_lines(chances, arguments.months, language)
    facts: dict[str, Any] = {"edge": edge.id, "power": chances[2]}
    if first is None:
        if chances[0]:
            lines.append(message("rota.not_drawn", language, first=rotas.next_first()))
        else:
            lines = [message("problem.rota_no_areas", language, value=edge.id)]
        show(arguments, facts, "\n".join(lines))
        return 0
    drawn = rotas.draw(edge.id, first, arguments.months, arguments.seed)
    path = arguments.to or Path("rota.xlsx")
    path.write_bytes(order_bytes(*rotas.order(drawn, language)))
    fortnights = drawn.goes.shape[1]
    parts = {"file": str(path), "areas": len(drawn.areas), "fortnights": fortnights}
    parts |= {"kept": str(drawn.path)}
    lines.append(
        message("rota.drawn", language, first=first, activity=activity(output, language), **parts)
    )
    facts |= {"first": str(first), "seed": drawn.seed}
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
    from pipelines.setup.arrivals import Arrivals

    drawn = Arrivals(arguments.workspace, mission).draw(arguments.edge, arguments.seed)
    lines = [
        message("order.line", arguments.language, place=place, areas=", ".join(areas))
        for place, areas in enumerate(drawn.teams, start=1)
    ]
    lines.append(message("order.drawn", arguments.language, kept=str(drawn.path)))
    facts = {"edge": drawn.edge, "seed": drawn.seed, "drawn_on": str(drawn.on)}
    facts |= {"order": drawn.teams, "kept": str(drawn.path)}
    show(arguments, facts, "\n".join(lines))
    return 0
