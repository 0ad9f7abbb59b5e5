"""Linearised estimates of all groups at once: ratios (means), totals, differences of means.

Beside each variance stands that of a simple random sample, for design effects and for surveys
with a stated one. Estimates of several statistics follow each other: all groups of the first,
then all groups of the second.
"""

from dataclasses import dataclass

import numpy as np

from indicators.survey.inputs.arrays import Booleans, Columns, Floats
from indicators.survey.inputs.request import Request
from indicators.survey.variance.linearisation import variance
from indicators.survey.variance.moments import Moments

# A sum of squares about a mean below this share of the one about zero is rounding.
_ROUNDING = 1e-13


@dataclass(frozen=True)
class Linear:
    """Linearised estimates with their variance, the SRS variance beside it, and their sums."""

    estimate: Floats
    variance: Floats
    srs_variance: Floats
    totals: Moments

    @property
    def se(self) -> Floats:
        """Standard error."""
        return np.sqrt(self.variance)


@dataclass(frozen=True)
class _Parts:
    """What makes a linear estimate: the influence of each unit, and whether it has a row."""

    estimate: Floats
    influence: Floats
    present: Booleans
    srs_variance: Floats
    totals: Moments


def linearise_ratio(request: Request, moments: Moments) -> Linear:
    """Ratio of two weighted totals; a mean is the ratio with denominator 1."""
    return _linear(request, _ratio(request, moments))


def linearise_total(request: Request, moments: Moments) -> Linear:
    """Weighted total of the outcome."""
    unit, total = _unit_and_total(request, moments)
    with np.errstate(divide="ignore", invalid="ignore"):
        srs = _srs_variance(total, total.xx - total.x**2 / total.weight, total.xx)
    return _linear(request, _Parts(total.x, unit.x, unit.n > 0, srs, total))


def linearise_difference(
    request: Request, of_a: Moments, of_b: Moments
) -> tuple[Linear, Linear, Linear]:
    """Mean of b less mean of a, and both; the variance from the units of both, so with covariance.

    A unit counts as present where it has a row of a or b, with a value or without.
    """
    a, b = _ratio(request, of_a), _ratio(request, of_b)
    influence = b.influence - a.influence
    difference = _Parts(
        b.estimate - a.estimate,
        influence,
        np.ones(influence.shape, dtype=bool),
        a.srs_variance + b.srs_variance,
        a.totals.plus(b.totals),
    )
    return _linear(request, difference), _linear(request, a), _linear(request, b)


def _ratio(request: Request, moments: Moments) -> _Parts:
    unit, total = _unit_and_total(request, moments)
    group = request.units.group
    with np.errstate(divide="ignore", invalid="ignore"):
        ratio = total.x / total.d
        by_x, by_d = 1 / total.d, -ratio / total.d
        influence = unit.x * by_x[:, group] + unit.d * by_d[:, group]
        squares = total.xx - 2 * ratio * total.xd + ratio**2 * total.dd
        srs = _srs_variance(total, squares, total.xx) / total.d**2
    return _Parts(ratio, influence, unit.n > 0, srs, total)


def _unit_and_total(request: Request, moments: Moments) -> tuple[Moments, Moments]:
    unit = request.by_unit(moments)
    return unit, unit.summed(request.units.group, request.size)


def _srs_variance(total: Moments, squares: Floats, about_zero: Floats) -> Floats:
    """Variance of the total under simple random sampling with replacement (R `svyvar`).

    squares: weighted sum of squares about the mean.
    """
    exact = np.where(squares > _ROUNDING * about_zero, squares, 0.0)
    return total.weight * exact / (total.weighted - 1)


def _linear(request: Request, parts: _Parts) -> Linear:
    if request.design.stated_deff is None:
        spread = variance(
            request.units, parts.influence, parts.present, request.sample, request.design
        )
    else:
        spread = request.design.stated_deff * parts.srs_variance
    estimate, srs = np.ravel(parts.estimate), np.ravel(parts.srs_variance)
    return Linear(estimate, np.ravel(spread), srs, parts.totals.ravel())


def design_effects(request: Request, linear: Linear) -> Columns:
    """`deff` and `deff_replace`; the stated one where there is one."""
    weight, n = linear.totals.weight, linear.totals.weighted
    if request.design.stated_deff is not None:
        stated = np.full(len(weight), request.design.stated_deff)
        return {"deff": stated, "deff_replace": stated}
    with np.errstate(divide="ignore", invalid="ignore"):
        replaced = linear.variance / linear.srs_variance
        # Weights that add up to n or less say nothing of the population's size.
        whole = weight - n <= 1e-12 * n
        without = np.where(whole, np.nan, replaced * weight / (weight - n))
    return {"deff": finite(without), "deff_replace": finite(replaced)}


def finite(values: Floats) -> Floats:
    """The values, NaN where they are not finite."""
    return np.where(np.isfinite(values), values, np.nan)
