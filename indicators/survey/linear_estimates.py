"""Linearised estimates of all groups at once: ratios (means), totals, differences of means.

Beside each variance stands that of a simple random sample, for design effects and for surveys
with a stated one.
"""

from dataclasses import dataclass

import numpy as np

from indicators.survey.arrays import Booleans, Columns, Floats
from indicators.survey.linearisation import influence, unit_sums, variance
from indicators.survey.request import Request, at_rows


@dataclass(frozen=True)
class Linear:
    """A linearised estimate of every group: estimate, variance, and the SRS variance beside it."""

    estimate: Floats
    variance: Floats
    srs_variance: Floats
    totals: Floats

    @property
    def se(self) -> Floats:
        """Standard error."""
        return np.sqrt(self.variance)


def linearise_ratio(
    request: Request, used: Booleans, numerator: Floats, denominator: Floats
) -> Linear:
    """Ratio of two weighted totals; a mean is the ratio with denominator 1."""
    unit = unit_sums(request.sample, request.group, used, (numerator, denominator), request.size)
    totals = unit.totals()
    with np.errstate(divide="ignore", invalid="ignore"):
        ratio = totals[:, 0] / totals[:, 1]
        gradient = np.column_stack([1 / totals[:, 1], -ratio / totals[:, 1]])
    residual = _by_row(request, used, (numerator, denominator), gradient)
    srs = _srs_variance(request, used, residual)
    if request.design.stated_deff is not None:
        return Linear(ratio, request.design.stated_deff * srs, srs, totals)
    spread = variance(unit, influence(unit, gradient), request.sample, request.design)
    return Linear(ratio, spread, srs, totals)


def linearise_total(request: Request, used: Booleans, values: Floats) -> Linear:
    """Weighted total of `values`."""
    unit = unit_sums(request.sample, request.group, used, (values,), request.size)
    totals = unit.totals()
    srs = _srs_variance(request, used, values)
    if request.design.stated_deff is not None:
        return Linear(totals[:, 0], request.design.stated_deff * srs, srs, totals)
    spread = variance(unit, unit.parts[:, 0], request.sample, request.design)
    return Linear(totals[:, 0], spread, srs, totals)


def linearise_difference(
    request: Request,
    is_b: Booleans,
    has_value: Booleans,
    value: Floats,
    means: tuple[Linear, Linear],
) -> Linear:
    """Mean of b less mean of a; the variance from the PSU sums of both, so with covariance."""
    a, b = means
    filled = np.where(has_value, value, 0.0)
    parts = (
        filled * ~is_b,
        filled * is_b,
        (has_value & ~is_b).astype(np.float64),
        (has_value & is_b).astype(np.float64),
    )
    difference = b.estimate - a.estimate
    srs = a.srs_variance + b.srs_variance
    unit = unit_sums(request.sample, request.group, request.inside, parts, request.size)
    totals = unit.totals()
    if request.design.stated_deff is not None:
        return Linear(difference, request.design.stated_deff * srs, srs, totals)
    weight_a, weight_b = totals[:, 2], totals[:, 3]
    with np.errstate(divide="ignore", invalid="ignore"):
        gradient = np.column_stack(
            [-1 / weight_a, 1 / weight_b, a.estimate / weight_a, -b.estimate / weight_b]
        )
        values = influence(unit, gradient)
    return Linear(difference, variance(unit, values, request.sample, request.design), srs, totals)


def _by_row(
    request: Request, used: Booleans, parts: tuple[Floats, ...], gradient: Floats
) -> Floats:
    """Influence of each row for one unit of weight; 0 for rows that are not used."""
    value = np.zeros(len(used))
    for part, slope in zip(parts, gradient.T, strict=True):
        value += np.where(used, part, 0.0) * at_rows(request, used, slope)
    return value


def _srs_variance(request: Request, used: Booleans, residual: Floats) -> Floats:
    """Variance under simple random sampling with replacement of as many rows (R `svyvar`)."""
    weight = request.weigh(used)
    n = request.count(used & (request.sample.weights != 0))
    with np.errstate(divide="ignore", invalid="ignore"):
        mean = request.weigh(used, residual) / weight
        centred = residual - at_rows(request, used, mean)
        return weight * request.weigh(used, centred**2) / (n - 1)


def design_effects(request: Request, used: Booleans, linear: Linear) -> Columns:
    """`deff` and `deff_replace`; the stated one where there is one."""
    if request.design.stated_deff is not None:
        stated = np.full(request.size, request.design.stated_deff)
        return {"deff": stated, "deff_replace": stated}
    weight = request.weigh(used)
    n = request.count(used & (request.sample.weights != 0))
    with np.errstate(divide="ignore", invalid="ignore"):
        replaced = linear.variance / linear.srs_variance
        # Weights that add up to n or less say nothing of the population's size.
        whole = weight - n <= 1e-12 * n
        without = np.where(whole, np.nan, replaced * weight / (weight - n))
    return {"deff": finite(without), "deff_replace": finite(replaced)}


def finite(values: Floats) -> Floats:
    """The values, NaN where they are not finite."""
    return np.where(np.isfinite(values), values, np.nan)
