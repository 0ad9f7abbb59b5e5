"""In which order the teams of a rollout go, drawn by lot: drawn once and kept with its seed.

A draw is kept in `rotas/<mission>/<edge>_order.json`; the days of arrivals come into the framework.
"""

import json
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import numpy as np

from indicators.definitions.catalogue import load_catalogue
from indicators.foundation.errors import Problem, WrongUse
from indicators.linkage.framework.model import Edge, read_framework
from pipelines.workspace.paths import Workspace

Teams = tuple[tuple[str, ...], ...]  # the areas of each


@dataclass(frozen=True)
class Drawn:
    """The order that was drawn: `teams`, the first to go first. `path` is where it is kept."""

    edge: str
    seed: int
    on: date
    teams: Teams
    path: Path


class Arrivals:
    """The rollouts of one mission of which teams wait."""

    def __init__(self, workspace: Workspace, mission: str) -> None:
        self._folder = Path(workspace.home) / "rotas" / mission
        framework = read_framework(workspace.profile(mission), load_catalogue())
        self._edges = {edge.id: edge for edge in (framework.edges if framework else ())}

    def waiting(self) -> Mapping[str, Teams]:
        """The teams without a day of each rollout; of one team alone no order can be drawn."""
        found = {name: _waiting(edge) for name, edge in self._edges.items()}
        return {name: teams for name, teams in found.items() if len(teams) > 1}

    def edge(self, name: str) -> Edge:
        """A link of the framework."""
        return self._edges[name]

    def kept(self, edge: str) -> Drawn | None:
        """The order that was drawn for a rollout."""
        path = self._path(edge)
        if edge not in self._edges or not path.exists():
            return None
        told = json.loads(path.read_text(encoding="utf-8"))
        teams = tuple(tuple(areas) for areas in told["order"])
        return Drawn(edge, told["seed"], date.fromisoformat(told["drawn_on"]), teams, path)

    def draw(self, edge: str | None, seed: int | None) -> Drawn:
        """Draws and keeps the order for a rollout, the first without a name. Raises WrongUse where
        no two teams wait, or where it was drawn already."""
        from pipelines.workspace.durable import replace_text

        waiting = self.waiting()
        name = edge or next(iter(waiting), "")
        if name not in waiting:
            known = {"known": ", ".join(waiting) or "–"}
            raise WrongUse(Problem("order_edge", value=name or "--edge", parameters=known))
        path = self._path(name)
        if path.exists():
            raise WrongUse(Problem("rota_kept", value=str(path)))
        seed = seed if seed is not None else secrets.randbelow(2**31)
        teams = waiting[name]
        order = [teams[at] for at in np.random.default_rng(seed).permutation(len(teams))]
        told = {"edge": name, "seed": seed, "drawn_on": str(date.today()), "order": order}
        path.parent.mkdir(parents=True, exist_ok=True)
        replace_text(path, json.dumps(told) + "\n")
        return Drawn(name, seed, date.today(), tuple(order), path)

    def _path(self, edge: str) -> Path:
        return self._folder / f"{edge}_order.json"


def _waiting(edge: Edge) -> Teams:
    return tuple(arrival.areas for arrival in edge.arrivals if arrival.on is None)
