"""Shares of small areas: the area-level model on the arcsine scale, beside direct estimates."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
from scipy.special import stdtrit

from indicators.survey.inputs.arrays import Floats


@dataclass(frozen=True)
class AreaLevelFit:
    """The fitted model; one place an area in `predicted`, `mse`, `leading`, `residuals`.

    `predicted`: empirical best linear unbiased predictor; `leading`: the part of its mean squared
    error that is there with the model known; `residuals`: standardised, of the regression.
    """

    beta: Floats
    sigma2_u: float
    predicted: Floats
    mse: Floats
    leading: Floats
    residuals: Floats


def fit_area_level(direct: Floats, variance: Floats, covariates: Floats) -> AreaLevelFit:
    """Fit direct = covariates · beta + area effect + sampling error of known `variance` (> 0).

    `covariates`: areas × columns of full rank, the constant among them.
    """
    sigma2_u = _reml_variance(direct, variance, covariates)
    total = sigma2_u + variance
    weighted = covariates / total[:, None]
    beta_variance = np.linalg.inv(covariates.T @ weighted)
    beta = beta_variance @ (weighted.T @ direct)
    regression = covariates @ beta
    kept = sigma2_u / total  # what an area keeps of its own estimate
    of_beta = np.einsum("ij,jk,ik->i", covariates, beta_variance, covariates)
    leading = kept * variance
    of_sigma = variance**2 / total**3 * 2 / np.sum(1 / total**2)
    return AreaLevelFit(
        beta,
        sigma2_u,
        regression + kept * (direct - regression),
        leading + (1 - kept) ** 2 * of_beta + 2 * of_sigma,
        leading,
        (direct - regression) / np.sqrt(total - of_beta),
    )


def are_residuals_normal(fit: AreaLevelFit, level: float) -> bool:
    """Whether the Shapiro-Wilk test does not reject the model's normal areas at this level."""
    from scipy.stats import shapiro  # takes a second to load, and few refreshes fit a model

    return bool(shapiro(fit.residuals).pvalue >= level)


def _root(of: Callable[[float], float], low: float, high: float, **precision: float) -> float:
    """Where a function is nil. Loaded where a model is fitted: few refreshes do."""
    from scipy.optimize import brentq

    return float(brentq(of, low, high, **precision))


def _reml_variance(direct: Floats, variance: Floats, covariates: Floats) -> float:
    """Where the restricted likelihood's slope is nil; 0 where it falls from the beginning."""

    def slope(sigma2_u: float) -> float:
        weight = 1 / (sigma2_u + variance)
        weighted = covariates * weight[:, None]
        hat = weighted @ np.linalg.solve(covariates.T @ weighted, weighted.T)
        residual = weight * direct - hat @ direct
        return float(residual @ residual - np.sum(weight) + np.trace(hat))

    if slope(0.0) <= 0:
        return 0.0
    upper = float(np.var(direct) + np.max(variance))
    while slope(upper) > 0:
        upper *= 2
    return _root(slope, 0.0, upper, xtol=1e-14, rtol=1e-12)


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

    shift = _root(lambda by: together(by) - wanted, -_RIGHT_ANGLE, _RIGHT_ANGLE)
    error = np.sqrt(fit.mse)
    half = stdtrit(areas - len(fit.beta), (1 + confidence) / 2) * error
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
