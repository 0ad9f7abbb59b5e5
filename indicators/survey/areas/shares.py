"""Shares of small areas: the area-level model on the arcsine scale, back on the scale of shares.

The arcsine of the square root has nearly the same variance wherever the share lies; the design
effect is pooled over areas, for that of one area rests on a handful of sampling units. One shift
on that scale makes the areas add up to the direct figure of all of them, and leaves no area below
0 or above 1. Simulated in `docs/evidence.md` 8.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from scipy import optimize, stats

from indicators.survey.areas.area_level import are_residuals_normal, fit_area_level
from indicators.survey.inputs.arrays import Floats

FEWEST_AREAS = 20
FEWEST_ANSWERS = 10  # an area, on average: below, no scale makes a share nearly normal
NORMAL_LEVEL = 0.01  # of the test of the residuals
_RIGHT_ANGLE = np.pi / 2


@dataclass(frozen=True)
class DirectShares:
    """Direct estimates, one place an area: shares 0 to 1, answers, design effects with their df.

    `size`: what each area weighs in the share of all of them.
    """

    share: Floats
    n: Floats
    deff: Floats
    df: Floats
    size: Floats


@dataclass(frozen=True)
class ModelledShares:
    """Modelled shares with root mean squared error and limits; `reason`: why none may be shown.

    `together`: what the areas added up to before they were shifted to the direct figure.
    """

    share: Floats
    se: Floats
    low: Floats
    high: Floats
    together: float
    reason: str | None = None


def modelled_shares(
    direct: DirectShares, covariates: Mapping[str, Floats], confidence: float = 0.95
) -> ModelledShares:
    """Shares of the areas by the area-level model; the model's own checks fill `reason`."""
    areas = len(direct.share)
    if areas < FEWEST_AREAS:
        return _nothing(areas, "few_areas")
    if direct.n.mean() < FEWEST_ANSWERS:
        return _nothing(areas, "few_answers")
    variance = pooled_design_effect(direct) / (4 * direct.n)
    angle = np.arcsin(np.sqrt(direct.share))
    fit = fit_area_level(angle, variance, _design_matrix(covariates, areas))
    weight = direct.size / direct.size.sum()
    wanted = float(weight @ direct.share)

    def together(shift: float) -> float:
        return float(weight @ _shares(fit.predicted + shift, fit.leading))

    shift = optimize.brentq(lambda by: together(by) - wanted, -_RIGHT_ANGLE, _RIGHT_ANGLE)
    error = np.sqrt(fit.mse)
    half = stats.t.ppf((1 + confidence) / 2, areas - len(fit.beta)) * error
    centre = fit.predicted + shift
    return ModelledShares(
        _shares(centre, fit.leading),
        np.abs(np.sin(2 * _inside(centre))) * error,
        _shares(centre - half, 0.0),
        _shares(centre + half, 0.0),
        together(0.0),
        None if are_residuals_normal(fit, NORMAL_LEVEL) else "does_not_fit",
    )


def pooled_design_effect(direct: DirectShares) -> float:
    """The areas' mean design effect, each by its degrees of freedom; 1 where it would be less.

    With few answers a sampling unit, variances of single areas come out too small.
    """
    known = np.isfinite(direct.deff) & (direct.df > 0)
    if not known.any():
        return 1.0
    return max(1.0, float(np.average(direct.deff[known], weights=direct.df[known])))


def _nothing(areas: int, reason: str) -> ModelledShares:
    nothing = np.full(areas, np.nan)
    return ModelledShares(nothing, nothing, nothing, nothing, np.nan, reason)


def _design_matrix(covariates: Mapping[str, Floats], areas: int) -> Floats:
    """A constant, then each covariate in standard deviations; one that does not vary is left out.

    So is one that the columns before it give already.
    """
    matrix = np.ones((areas, 1))
    for column in covariates.values():
        if np.ptp(column) > 0:
            wider = np.column_stack([matrix, (column - column.mean()) / column.std()])
            matrix = wider if np.linalg.matrix_rank(wider) == wider.shape[1] else matrix
    return matrix


def _shares(angle: Floats, variance: Floats | float) -> Floats:
    """The mean share where the angle is normal with this variance about its centre."""
    return (1 - np.cos(2 * _inside(angle)) * np.exp(-2 * np.asarray(variance))) / 2


def _inside(angle: Floats) -> Floats:
    return np.clip(angle, 0.0, _RIGHT_ANGLE)
