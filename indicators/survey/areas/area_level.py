"""The area-level model: direct estimates with known variances, drawn towards a regression.

Fay and Herriot (1979), REML; mean squared error to second order (Prasad and Rao 1990; of REML:
Datta and Lahiri 2000). Scales, shares and benchmarks do not belong here: see `shares.py`.
"""

from dataclasses import dataclass

import numpy as np
from scipy import optimize, stats

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
    return bool(stats.shapiro(fit.residuals).pvalue >= level)


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
    return float(optimize.brentq(slope, 0.0, upper, xtol=1e-14, rtol=1e-12))
