"""Each area's own ratio of rates, and the same drawn towards that of all areas.

Own: conditional Poisson of the area's strata, all other terms as fitted for all areas. Drawn
towards the mission's: empirical Bayes (Morris 1983; Clayton and Kaldor 1987 for rates of areas),
prior normal about the ratio of all areas with the variance between areas estimated. Errors carry
the over-dispersion within areas (Pearson); that over all areas would count what they differ by as
noise. For looking at where a result comes from: an area alone is not tested, areas are not ranked.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from indicators.linkage.methods.case_series.cells import Cells, Floats
from indicators.linkage.methods.case_series.fit import Term, relative_days

_Z = 1.959963984540054
_STEPS, _CONVERGED = 100, 1e-10


@dataclass(frozen=True)
class AreaEffect:
    """One area; `area`: its code. Log ratios.

    `status`: estimated; one_side_only (no incident on one kind of its days: no ratio of its own);
    no_contrast (its days are all of one kind, or it has no incident: no figure).
    """

    area: int
    incidents: int
    information: float
    status: str
    estimate: float | None = None
    se: float | None = None
    shrunken: float | None = None
    shrunken_se: float | None = None

    def interval(self, value: float | None, error: float | None) -> tuple[float | None, ...]:
        """95 % limits; None where there is no figure."""
        if value is None or error is None:
            return None, None
        return value - _Z * error, value + _Z * error


@dataclass(frozen=True)
class _Strata:
    """One area's strata with contrast: incidents, of which exposed, expected share."""

    incidents: Floats
    exposed: Floats
    share: Floats

    def expected_share(self, log_ratio: float) -> Floats:
        odds = self.share / (1 - self.share) * math.exp(log_ratio)
        return np.asarray(odds / (1 + odds))

    def information(self, log_ratio: float) -> float:
        share = self.expected_share(log_ratio)
        return float((self.incidents * share * (1 - share)).sum())

    def chi_square(self, log_ratio: float) -> float:
        share = self.expected_share(log_ratio)
        rest = self.exposed - self.incidents * share
        return float((rest**2 / (self.incidents * share * (1 - share))).sum())

    @property
    def has_both_sides(self) -> bool:
        return 0 < self.exposed.sum() < self.incidents.sum()


def area_effects(cells: Cells, whole: Term) -> list[AreaEffect]:
    """One entry an area of the cells, in their order; `whole`: the term over all areas.

    The cells are those that are compared (`Cells.compared`); their first term is the exposure.
    """
    strata = _strata_by_area(cells)
    own = {area: _mode(found, 0.0, 0.0) for area, found in strata.items() if found.has_both_sides}
    dispersion = _dispersion([(strata[area], mode) for area, mode in own.items()])
    errors = {
        area: math.sqrt(dispersion / strata[area].information(mode)) for area, mode in own.items()
    }
    between = variance_between(list(own.values()), list(errors.values()), whole.estimate)
    error = max(whole.se_stratum, whole.se_area)
    found = []
    for area in np.unique(cells.area):
        incidents = int(cells.incidents[cells.area == area].sum())
        of_area = strata.get(int(area))
        if of_area is None:
            found.append(AreaEffect(int(area), incidents, 0.0, "no_contrast"))
            continue
        shrunken, shrunken_se = _shrunken(of_area, whole.estimate, error, between, dispersion)
        found.append(
            AreaEffect(
                int(area),
                incidents,
                of_area.information(0.0),
                "estimated" if int(area) in own else "one_side_only",
                own.get(int(area)),
                errors.get(int(area)),
                shrunken,
                shrunken_se,
            )
        )
    return found


def _dispersion(fitted: Sequence[tuple[_Strata, float]]) -> float:
    """Pearson's chi-square of the strata about their areas' ratios, by degree of freedom; or 1."""
    df = sum(len(strata.incidents) - 1 for strata, _ in fitted)
    chi_square = sum(strata.chi_square(mode) for strata, mode in fitted)
    return max(1.0, chi_square / df) if df else 1.0


def _strata_by_area(cells: Cells) -> dict[int, _Strata]:
    # Both kinds of days are summed, so that a stratum of one kind has a share of exactly 0 or 1.
    kinds = np.column_stack([cells.terms[:, 0] > 0, cells.terms[:, 0] <= 0]).astype(float)
    exposed, unexposed, days_exposed, days_unexposed = (
        np.bincount(cells.stratum, of_months)
        for counts in (cells.incidents, relative_days(cells))
        for of_months in (counts @ kinds).T
    )
    area = cells.area[np.unique(cells.stratum, return_index=True)[1]]
    share = days_exposed / (days_exposed + days_unexposed)
    has_contrast = (share > 0) & (share < 1)
    return {
        int(one): _Strata(*(values[at] for values in (exposed + unexposed, exposed, share)))
        for one in np.unique(area[has_contrast])
        for at in [has_contrast & (area == one)]
    }


def _mode(strata: _Strata, mean: float, precision: float, dispersion: float = 1.0) -> float:
    """Where likelihood × prior is highest; precision 0: the likelihood alone."""
    at = mean
    for _ in range(_STEPS):
        rest = strata.exposed - strata.incidents * strata.expected_share(at)
        score = float(rest.sum()) / dispersion - precision * (at - mean)
        step = score / (strata.information(at) / dispersion + precision)
        at += max(-1.0, min(1.0, step))
        if abs(step) < _CONVERGED:
            break
    return at


def _shrunken(
    strata: _Strata, mean: float, error: float, between: float, dispersion: float
) -> tuple[float, float]:
    """The posterior mode and its error, that of the mean included."""
    if between == 0:
        return mean, error
    mode = _mode(strata, mean, 1 / between, dispersion)
    precision = strata.information(mode) / dispersion
    own_weight = between * precision / (1 + between * precision)
    variance = 1 / (precision + 1 / between) + (1 - own_weight) ** 2 * error**2
    return mode, math.sqrt(variance)


def variance_between(estimates: Sequence[float], errors: Sequence[float], mean: float) -> float:
    """Of areas about the mean, beyond what their errors say; 0 for fewer than two areas.

    Marginal likelihood times the spread itself, which keeps it off nought (Chung, Rabe-Hesketh,
    Dorie, Gelman and Liu 2013): at nought every area would be said to be known as well as all.
    """
    if len(estimates) < 2:
        return 0.0
    spreads = np.geomspace(0.01, 3.0, 400)[:, None]
    variance = np.asarray(errors) ** 2 + spreads**2
    rest = (np.asarray(estimates) - mean) ** 2
    log_likelihood = -0.5 * (np.log(variance) + rest / variance).sum(axis=1)
    return float(spreads[np.argmax(log_likelihood + np.log(spreads[:, 0])), 0] ** 2)
