"""How many pulse interviews, after how many patrols and in how many areas, show a given change.

The comparison planned for is the one that reads them (`interviews.soon_or_later`): answers up to a
week after a patrol beside later ones, errors by area. A visit is a day on which a team asks
`PER_VISIT` residents of an area; each area is visited as often soon after a patrol as later, so
that areas differ alike on both sides. Smallest visible change: Bloom 1995; answers of one visit
are alike by `INTRA_VISIT` (design effect of Kish 1965, 1 + (size - 1) × correlation), a usual
figure for opinions in household surveys, to be replaced where a mission knows its own.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

from indicators.linkage.methods.interviews.comparison import MIN_CLUSTERS, MIN_INTERVIEWS
from indicators.linkage.power import smallest_visible

PER_VISIT = 10
INTRA_VISIT = 0.05
CHANGES = (5, 10, 15, 20)  # percentage points, of which one is chosen
MOST_AREAS = 40
MOST_VISITS = 60  # of an area on either side; beyond that it is no plan


@dataclass(frozen=True)
class InterviewPlan:
    """So many visits of each area on either side; `smallest`: visible with them, in points."""

    areas: tuple[str, ...]
    visits: int
    smallest: float

    @property
    def interviews(self) -> int:
        """Over all areas, soon and later together."""
        return 2 * len(self.areas) * self.visits * PER_VISIT


def smallest_with(areas: int, visits: int, level: float) -> float:
    """Percentage points visible with 80 % power; `level`: share that answers favourably, 0 to 1."""
    deff = 1 + (PER_VISIT - 1) * INTRA_VISIT
    of_side = level * (1 - level) * deff / (areas * visits * PER_VISIT)
    return _errors_needed(areas) * 100 * math.sqrt(2 * of_side)


@cache
def _errors_needed(areas: int) -> float:
    """How many standard errors the smallest visible change is."""
    return smallest_visible(1.0, areas - 1)


def plan_interviews(
    change: float, level: float, patrols: Mapping[str, float]
) -> InterviewPlan | None:
    """The fewest interviews that show a change of so many percentage points.

    `level`: share that answers favourably, 0 to 1. `patrols`: by area how many a quarter can be
    asked after; the areas with most are taken, those with as many by their codes. None where fewer
    than ten areas have any, or no plan of a sensible size shows the change.
    """
    ordered = sorted(
        (area for area, many in patrols.items() if many > 0), key=lambda own: (-patrols[own], own)
    )
    plans = []
    for number in range(MIN_CLUSTERS, min(len(ordered), MOST_AREAS) + 1):
        least = math.ceil(MIN_INTERVIEWS / (number * PER_VISIT))
        visits = next(
            (
                own
                for own in range(least, MOST_VISITS)
                if smallest_with(number, own, level) <= change
            ),
            None,
        )
        if visits is not None:
            chosen = tuple(sorted(ordered[:number]))
            plans.append(InterviewPlan(chosen, visits, smallest_with(number, visits, level)))
    return min(plans, key=lambda own: (own.interviews, len(own.areas)), default=None)
