"""Made-up missions in which something arrives in areas at dates: what the method finds in them.

Waves: 35 areas of twelve units, four waves, 33 answers an area (design effect 1.3), ten units
reached on three dates. Months: 24 areas, 33 months, about 38 incidents a month in all, gamma-spread
over areas and months, a season, 16 areas reached on three dates.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

import numpy as np

from indicators.linkage.finding import EffectEstimate
from indicators.linkage.framework.model import Edge
from indicators.linkage.grading import grade
from indicators.linkage.methods.rollout.group_times import NEVER, Observed
from indicators.linkage.methods.rollout.method import BASE_MONTHS, GAP_MONTHS, Reached, Rollout

EDGE = Edge.model_validate(
    {
        "id": "made_up", "kind": "rollout", "from": "P1-OP-10", "to": "P1-OC-05",
        "expected_sign": 1, "arrival": {"en": "a team", "fr": "une équipe"},
        "arrivals": [{"areas": ["A"]}], "why": {"en": "-", "fr": "-"},
    }
)  # fmt: skip
_WAVES = np.array([1, 7, 13, 19])
Draw = Callable[[np.random.Generator], Observed]


def waves(
    generator: np.random.Generator, points: float = 0, drift: float = 0, answering: bool = False
) -> Observed:
    """Shares in percent; `drift`: points that a unit moves from wave to wave by itself.

    `answering`: units that fell most are reached first.
    """
    unit = np.sort(np.r_[np.arange(12), generator.integers(0, 12, 23)])
    arrival = np.repeat([3, 9, 14, NEVER], [3, 2, 5, 2])
    moved = np.cumsum(generator.normal(0, drift, (12, 4)), axis=1)
    by_need = np.empty(12, dtype=int)
    by_need[np.argsort(moved[:, 1])] = np.sort(arrival)
    arrival = by_need if answering else generator.permutation(arrival)
    level = 40 + generator.normal(0, 6, 35)[:, None] + np.array([0, 3, 5, 6]) + moved[unit]
    level = level + points * (arrival[unit][:, None] <= _WAVES)
    asked = 25
    shares = 100 * generator.binomial(asked, np.clip(level, 2, 98) / 100) / asked
    return Observed(shares, _WAVES, _WAVES, unit, arrival)


def months(
    generator: np.random.Generator, ratio: float = 1, drift: float = 0, answering: bool = False
) -> Observed:
    """Incidents; `drift`: of the risk of an area, by an autoregression of .8 from month to month.

    `answering`: areas whose four months before the first date were worst are reached first.
    """
    areas, time = 24, np.arange(33)
    risk = 1.6 * generator.gamma(2, 0.5, areas)[:, None] * (1 + 0.4 * np.sin(np.pi * time / 6))
    own = np.zeros((areas, len(time)))
    own[:, 0] = generator.normal(0, drift, areas)
    for month in time[1:]:
        own[:, month] = 0.8 * own[:, month - 1] + generator.normal(0, 0.6 * drift, areas)
    counts = generator.poisson(risk * np.exp(own) * generator.gamma(1 / 0.3, 0.3, own.shape))
    arrival = np.repeat([15, 20, 26, NEVER], [5, 5, 6, 8])
    rise = counts[:, 11:15].sum(axis=1) / (1 + counts[:, :11].sum(axis=1))
    by_need = np.empty(areas, dtype=int)
    by_need[np.argsort(-rise)] = np.sort(arrival)
    arrival = by_need if answering else generator.permutation(arrival)
    left = generator.binomial(counts, ratio)
    outcome = np.where(time >= arrival[:, None], left, counts).astype(float)
    unit = np.arange(areas)
    return Observed(outcome, time, time, unit, arrival, "log_ratio", BASE_MONTHS, GAP_MONTHS)


@dataclass(frozen=True)
class World:
    """How a mission is drawn, and the effect that is planted."""

    draw: Draw
    truth: float = 0.0


def _waves(**given: float) -> Draw:
    return lambda generator: waves(generator, **given)


def _months(**given: float) -> Draw:
    return lambda generator: months(generator, **given)


NULLS: Mapping[str, World] = {
    "waves": World(_waves()),
    "waves, units drift by 3 points": World(_waves(drift=3)),
    "waves, units drift by 6 points": World(_waves(drift=6)),
    "waves, drift, worst first": World(_waves(drift=6, answering=True)),
    "months": World(_months()),
    "months, risk drifts": World(_months(drift=0.4)),
    "months, worst first": World(_months(answering=True)),
    "months, drift, worst first": World(_months(drift=0.4, answering=True)),
}
PLANTED: Mapping[str, World] = {
    "waves, 10 points": World(_waves(points=10), 10),
    "waves, 17 points": World(_waves(points=17), 17),
    "waves, 17 points, drift": World(_waves(points=17, drift=3), 17),
    "months, 0.72": World(_months(ratio=0.72), float(np.log(0.72))),
    "months, 0.50": World(_months(ratio=0.5), float(np.log(0.5))),
    "months, 0.50, drift": World(_months(ratio=0.5, drift=0.4), float(np.log(0.5))),
}


def found(world: World, runs: int, seed: int) -> tuple[list[EffectEstimate], list[str]]:
    """Effects and grades of so many missions; p stands for q, as of one question."""
    effects, grades = [], []
    for run in range(runs):
        observed = world.draw(np.random.default_rng([seed, run]))
        is_survey = observed.scale == "units"
        inputs = Reached(observed, 33, 40, is_survey, 33 if is_survey else None, False, observed)
        edge = EDGE.model_copy(update={"expected_sign": 1 if is_survey else -1})
        (whole, *_) = Rollout().evidence(inputs, edge).findings
        effects.append(whole.effect)
        asked = replace(whole.grading_inputs, q_value=whole.effect.p_value)
        grades.append(grade(asked).letter)
    return effects, grades


def shares(world: World, runs: int, seed: int) -> dict[str, float]:
    """p below .05, intervals that hold the truth, A or B, and A: as shares of the missions."""
    effects, grades = found(world, runs, seed)
    names = ("p_value", "ci_low", "ci_high")
    p, low, high = (np.array([getattr(own, name) for own in effects]) for name in names)
    letters = np.array(grades)
    return {
        "mean": float(np.mean([own.estimate for own in effects])),
        "found": float((p < 0.05).mean()),
        "covered": float(((low <= world.truth) & (world.truth <= high)).mean()),
        "A or B": float(np.isin(letters, ["A", "B"]).mean()),
        "A": float((letters == "A").mean()),
    }
