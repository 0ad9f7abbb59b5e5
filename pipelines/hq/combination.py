"""One figure over several missions, as far as the way in which each came about allows.

Counts add up. Shares and rates are made of the sums of their parts; of a rate of harm the
limits are those of the summed count with the summed variance. Surveys are independent samples of
different populations: each mission is a stratum with its own estimate and variance, weighted by
the population that its weights stand for (Lohr, Sampling: Design and Analysis, 3rd ed., §3.3), with
degrees of freedom by Satterthwaite. The populations' shares are taken as known. What has no such
rule (a median, a difference, weights that say nothing of a population, a design effect that is
stated instead of estimated) is not combined, and why.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from indicators.foundation.mart_tables import EXACT, GAMMA, ROUNDED
from indicators.foundation.numbers.statistics import CONFIDENCE, count_limits
from indicators.survey.variance.intervals import logit_limits, wald
from pipelines.hq.comparison import Figure

ADDED = ("count", "sum", "count_distinct")
DIVIDED = ("ratio", "rate", "mean")
# The variance of a survey whose PSUs are not known: its size is stated, not estimated.
STATED_DESIGN = "stated_deff"
SURVEYED = ("proportion", "index")
# Weights whose mean is near 1 were scaled to the sample: they say nothing of the population.
_LEAST_MEAN_WEIGHT = 1.5
_ROUNDED_TO = 5.0


@dataclass(frozen=True)
class Combined:
    """A figure over missions in the unit of measure, or why there is none (`reason`, a key).

    `missions`: those whose figures are in it.
    """

    missions: tuple[str, ...]
    reason: str | None = None
    method: str | None = None
    value: float | None = None
    numerator: float | None = None
    denominator: float | None = None
    n: int | None = None
    se: float | None = None
    ci_low: float | None = None
    ci_high: float | None = None
    df: float | None = None
    disclosure: str | None = None


def combine(figures: Sequence[Figure]) -> Combined:
    """Combines figures of one definition that have a value."""
    missions = tuple(sorted(figure.mission for figure in figures))
    if len(figures) < 2:
        return Combined(missions, "fewer_than_two")
    measure = figures[0].measure
    if measure in ADDED:
        return _added(missions, figures)
    if measure in DIVIDED:
        return _divided(missions, figures)
    if measure in SURVEYED:
        return _surveyed(missions, figures)
    return Combined(missions, f"not_additive.{measure}")


def _added(missions: tuple[str, ...], figures: Sequence[Figure]) -> Combined:
    value = float(sum(figure.value or 0.0 for figure in figures))
    return Combined(
        missions,
        method="added",
        value=value,
        numerator=_sum(figures, "numerator"),
        n=_count(figures),
        disclosure=_disclosure(figures),
    )


def _divided(missions: tuple[str, ...], figures: Sequence[Figure]) -> Combined:
    numerator, denominator = _sum(figures, "numerator"), _sum(figures, "denominator")
    if numerator is None or not denominator:
        return Combined(missions, "no_parts")
    scale, disclosure = scale_of(figures[0].unit_of_measure), _disclosure(figures)
    value, low, high = scale * numerator / denominator, None, None
    if disclosure == ROUNDED:
        value = _mean_of_displayed(figures, scale)
    elif all(figure.facts["method"] == GAMMA for figure in figures):
        limits = count_limits(np.array(numerator), _dispersion(figures))
        low, high = (scale * float(limit) / denominator for limit in limits)
    return Combined(
        missions,
        method="parts_added" if low is None else GAMMA,
        value=float(value),
        numerator=numerator,
        denominator=denominator,
        n=_count(figures),
        ci_low=low,
        ci_high=high,
        disclosure=disclosure,
    )


def _mean_of_displayed(figures: Sequence[Figure], scale: float) -> float:
    """The missions' displayed figures by their denominators: between the lowest and the highest, as
    a quotient of rounded parts may not be. Shares are displayed by 5 points."""
    weights = [figure.facts["denominator"] for figure in figures]
    value = float(np.average([figure.value or 0.0 for figure in figures], weights=weights))
    return float(_ROUNDED_TO * np.floor(value / _ROUNDED_TO + 0.5)) if scale == 100 else value


def _dispersion(figures: Sequence[Figure]) -> float:
    """Of counts added up: the variances of the missions add, and so do the counts."""
    counts = [float(figure.facts["numerator"] or 0) for figure in figures]
    variance = sum(
        count * (figure.facts["deff"] or 1.0) for count, figure in zip(counts, figures, strict=True)
    )
    return max(1.0, variance / sum(counts)) if sum(counts) else 1.0


def _surveyed(missions: tuple[str, ...], figures: Sequence[Figure]) -> Combined:
    """Missions as strata: value and variance weighted by the populations, which are known."""
    facts = [figure.facts for figure in figures]
    if any(one["method"] == STATED_DESIGN for one in facts):
        return Combined(missions, "stated_design_effect")
    if any(one["se"] is None or not one["denominator"] for one in facts):
        return Combined(missions, "no_variance")
    if any(one["denominator"] < _LEAST_MEAN_WEIGHT * one["n"] for one in facts):
        return Combined(missions, "relative_weights")
    population = np.array([one["denominator"] for one in facts], float)
    share = population / population.sum()
    errors = np.array([one["se"] for one in facts], float)
    values = np.array([figure.value for figure in figures], float)
    value = float(share @ values)
    variances = (share * errors) ** 2
    se, df = float(np.sqrt(variances.sum())), _satterthwaite(variances, figures)
    low, high = _limits(figures[0], value, se, df)
    return Combined(
        missions,
        method="missions_as_strata",
        value=value,
        numerator=_sum(figures, "numerator"),
        denominator=float(population.sum()),
        n=_count(figures),
        se=se,
        ci_low=low,
        ci_high=high,
        df=df,
        disclosure=_disclosure(figures),
    )


def _satterthwaite(variances: np.ndarray, figures: Sequence[Figure]) -> float:
    """Degrees of freedom of a sum of variances; those of a survey that says none count as many."""
    df = np.array([figure.facts["df"] or np.inf for figure in figures], float)
    parts = (variances**2 / df).sum()
    return float(variances.sum() ** 2 / parts) if parts > 0 else float("inf")


def _limits(figure: Figure, value: float, se: float, df: float) -> tuple[float, float]:
    """Of a share on the logit scale, as for one mission; of a mean symmetrical."""
    at, error, degrees = (np.array([number], float) for number in (value, se, df))
    if figure.measure == "proportion" and 0 < value < 100 and se > 0:
        low, high = logit_limits(at / 100, error / 100, degrees, CONFIDENCE)
        return 100 * float(low[0]), 100 * float(high[0])
    low, high = wald(at, error, degrees, CONFIDENCE)
    return float(low[0]), float(high[0])


def scale_of(unit_of_measure: str) -> float:
    """What a quotient is multiplied by: 100 of a percentage, 1,000 of `per_1000`."""
    if unit_of_measure == "percent":
        return 100.0
    found = re.search(r"per[_ ]([\d,_]+)$", unit_of_measure)
    return float(re.sub(r"\D", "", found[1])) if found else 1.0


def _disclosure(figures: Sequence[Figure]) -> str:
    """A sum of displayed numbers is one itself."""
    is_exact = all(figure.facts["disclosure"] == EXACT for figure in figures)
    return EXACT if is_exact else ROUNDED


def _sum(figures: Sequence[Figure], name: str) -> float | None:
    found = [figure.facts[name] for figure in figures]
    return None if any(value is None for value in found) else float(sum(found))


def _count(figures: Sequence[Figure]) -> int | None:
    total = _sum(figures, "n")
    return None if total is None else round(total)
