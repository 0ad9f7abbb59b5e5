"""Where a selection shows what was done and not what changed: outputs without an outcome.

By tier (2017.12 §39–46), phase (2017.12 §47–51) and type of unit. Impact indicators stand for all
tiers and phases at once and close no gap.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from indicators.definitions.indicator import Indicator

Cell = tuple[str, str, str]  # tier, phase, unit type


@dataclass(frozen=True)
class Gap:
    """One tier, phase and unit type whose outputs stand without any outcome."""

    tier: str
    phase: str
    unit_type: str
    outputs: tuple[str, ...]


def gaps(indicators: Iterable[Indicator]) -> list[Gap]:
    """The gaps of a selection, by tier, phase and unit type in the order of their codes."""
    chosen = list(indicators)
    covered = {cell for i in chosen if i.level == "outcome" for cell in _cells(i)}
    outputs: dict[Cell, list[str]] = {}
    for indicator in sorted(chosen, key=lambda entry: entry.code):
        if indicator.level == "output":
            for cell in _cells(indicator):
                outputs.setdefault(cell, []).append(indicator.code)
    return [
        Gap(*cell, tuple(codes)) for cell, codes in sorted(outputs.items()) if cell not in covered
    ]


def _cells(indicator: Indicator) -> Iterator[Cell]:
    for tier in indicator.tier:
        for phase in indicator.phases:
            for unit_type in indicator.units:
                yield tier, phase, unit_type
