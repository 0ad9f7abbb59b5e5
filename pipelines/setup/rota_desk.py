"""What the page of draws asks of the pipelines: rotas, and the order in which teams go; part of the
desk (`proposal/desk.py`)."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from datetime import date

from indicators.definitions.catalogue import load_catalogue
from indicators.foundation.errors import PocLensError
from indicators.foundation.messages import message
from indicators.linkage.framework.model import Edge
from pipelines.setup.arrivals import Arrivals
from pipelines.setup.rotas import Rota, Rotas, answer_line, order_bytes
from pipelines.workspace.paths import Workspace
from records.desk.draws import Draws, KeptRota, TeamOrder

MONTHS = (6, 12, 24)  # of a rota that is proposed


class RotaDesk:
    """Shows what rotas could tell, draws one, and gives out its order; draws who goes first."""

    def __init__(self, workspace: Workspace) -> None:
        self._workspace = workspace

    def shown(self, mission: str, edge: str, language: str) -> Draws:
        """What there is, of an edge or of the first that a rota can test."""
        found = Draws()
        try:
            with self._rotas(mission) as rotas:
                names = {name: _pair(one, language) for name, one in rotas.edges().items()}
                kept = tuple(_kept(rotas, one, names, language) for one in rotas.kept())
                found = Draws(names, kept=kept, orders=self._orders(mission, rotas, language))
                return _with_chances(found, rotas, edge)
        except PocLensError as error:
            told = tuple(problem.sentence(language) for problem in error.problems)
            return replace(found, problems=told)

    def draw(self, mission: str, edge: str, first: date, months: int, language: str) -> list[str]:
        """Draws a rota and keeps it. Returns what hinders it."""
        try:
            with self._rotas(mission) as rotas:
                rotas.draw(rotas.read(edge)[0].id, first, months, None)
        except PocLensError as error:
            return [problem.sentence(language) for problem in error.problems]
        return []

    def order(self, mission: str, edge: str, first: date | None, language: str) -> bytes | None:
        """The order of a rota as a workbook, without a day that of arrivals; None where none is
        kept."""
        try:
            with self._rotas(mission) as rotas:
                if first is not None:
                    return order_bytes(*rotas.order(rotas.one(edge, first), language))
                drawn = Arrivals(self._workspace, mission).kept(edge)
                names = rotas.names(language)
                heads = [message(f"rota.head.{name}", language) for name in ("order", "area")]
                rows = [
                    [place, names.get(area, area)]
                    for place, areas in enumerate(drawn.teams if drawn else (), start=1)
                    for area in areas
                ]
                return order_bytes(heads, rows) if rows else None
        except PocLensError:
            return None

    def draw_order(self, mission: str, edge: str, language: str) -> list[str]:
        """Draws the order in which the teams of a rollout go. Returns what hinders it."""
        try:
            Arrivals(self._workspace, mission).draw(edge, None)
        except PocLensError as error:
            return [problem.sentence(language) for problem in error.problems]
        return []

    def _orders(self, mission: str, rotas: Rotas, language: str) -> tuple[TeamOrder, ...]:
        arrivals, names = Arrivals(self._workspace, mission), rotas.names(language)
        found = []
        for name, waiting in arrivals.waiting().items():
            drawn = arrivals.kept(name)
            teams = drawn.teams if drawn else waiting
            told = tuple(", ".join(names.get(area, area) for area in areas) for areas in teams)
            pair = _pair(arrivals.edge(name), language)
            found.append(TeamOrder(name, pair, told, drawn.on if drawn else None))
        return tuple(found)

    @contextmanager
    def _rotas(self, mission: str) -> Iterator[Rotas]:
        from pipelines.workspace.warehouse.last_state import open_to_read

        with open_to_read(self._workspace.warehouse(mission)) as connection:
            yield Rotas(self._workspace, mission, connection)


def _with_chances(found: Draws, rotas: Rotas, edge: str) -> Draws:
    chosen, _ = rotas.read(edge if edge in found.edges else None)
    chances: dict[int, Mapping[int, int]] = {}
    areas, a_month = 0, 0.0
    for months in MONTHS:
        areas, a_month, by_ratio = rotas.chances(chosen, months)
        chances[months] = {
            round(100 * (ratio - 1)): round(100 * share) for ratio, share in by_ratio.items()
        }
    return replace(
        found,
        edge=chosen.id,
        first=rotas.next_first(),
        chances=chances,
        areas=areas,
        a_month=a_month,
    )


def _kept(rotas: Rotas, rota: Rota, names: Mapping[str, str], language: str) -> KeptRota:
    try:
        edge, output = rotas.read(rota.edge)
        said = answer_line(rotas.answer(rota, edge), output, language)
    except PocLensError as error:
        said = error.problems[0].sentence(language)
    areas, fortnights = rota.goes.shape
    name = names.get(rota.edge, rota.edge)
    return KeptRota(rota.edge, name, rota.first, areas, fortnights, said)


def _pair(edge: Edge, language: str) -> str:
    """What was done, and what is counted after it."""
    catalogue = load_catalogue()
    ends = (edge.from_indicator, edge.to_indicator)
    return " – ".join(catalogue[code].short.in_language(language) for code in ends)
