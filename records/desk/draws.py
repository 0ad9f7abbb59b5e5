"""What is drawn by lot: rotas, and the order in which the teams of a rollout go."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Protocol


@dataclass(frozen=True)
class KeptRota:
    """A rota that is kept; `said`: what was recorded in its fortnights as far as they are over."""

    edge: str
    name: str
    first: date
    areas: int
    fortnights: int
    said: str


@dataclass(frozen=True)
class TeamOrder:
    """A rollout of which teams wait: their places, drawn `on` a day in this order, or not yet."""

    edge: str
    name: str
    teams: tuple[str, ...]
    on: date | None


@dataclass(frozen=True)
class Draws:
    """What is drawn by lot in a mission.

    `edges`: names by id of those that a rota can test; `edge`: the chosen one; `first`: the day
    that is proposed; `chances`: by months and true change (percent) how often (percent) a rota of
    so many `areas` with so many incidents a month (`a_month`) finds it; `orders`: of rollouts;
    `problems`: sentences.
    """

    edges: Mapping[str, str] = field(default_factory=dict)
    edge: str = ""
    first: date | None = None
    chances: Mapping[int, Mapping[int, int]] = field(default_factory=dict)
    areas: int = 0
    a_month: float = 0.0
    kept: tuple[KeptRota, ...] = ()
    orders: tuple[TeamOrder, ...] = ()
    problems: tuple[str, ...] = ()


class Rotas(Protocol):
    """Shows what rotas could tell, and draws. Never raises for what is wrong in what a person
    gave."""

    def shown(self, mission: str, edge: str, language: str) -> Draws:
        """What there is, of an edge or of the first that a rota can test."""

    def draw(self, mission: str, edge: str, first: date, months: int, language: str) -> list[str]:
        """Draws a rota and keeps it. Returns what hinders it."""

    def order(self, mission: str, edge: str, first: date | None, language: str) -> bytes | None:
        """The order of a rota as a workbook, without a day that of arrivals; None where none is
        kept."""

    def draw_order(self, mission: str, edge: str, language: str) -> list[str]:
        """Draws the order in which the teams of a rollout go. Returns what hinders it."""
