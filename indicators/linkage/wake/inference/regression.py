"""Weighted least squares with classical standard errors; t with n - p degrees of freedom."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import stdtr

Floats = NDArray[np.float64]
_COLLINEAR = 1e-7  # as R's lm


@dataclass(frozen=True)
class Fit:
    """Coefficients in the order of the columns, with their standard errors."""

    coefficients: Floats
    classical: Floats
    df: int
    adjusted_r2: float

    def p_value(self, se: Floats, at: int) -> float:
        """Two-sided p of one coefficient, nan where its error is not positive."""
        if self.df < 1 or not se[at] > 0:
            return float("nan")
        return float(2 * stdtr(self.df, -abs(self.coefficients[at] / se[at])))


def rank_of(columns: Floats) -> int:
    """How many columns are not, to seven digits, a combination of those before them."""
    if columns.shape[0] == 0:
        return 0
    _, upper = np.linalg.qr(columns)
    norms = np.linalg.norm(columns, axis=0)
    diagonal = np.zeros(columns.shape[1])
    known = np.abs(np.diag(upper))
    diagonal[: known.size] = known
    return int((diagonal > _COLLINEAR * np.maximum(norms, 1e-300)).sum())


def fit(columns: Floats, outcome: Floats, weights: Floats) -> Fit:
    """Least squares of `outcome` (n) on `columns` (n × p, the first all ones), of full rank."""
    root = np.sqrt(weights)
    scaled = columns * root[:, None]
    basis, upper = np.linalg.qr(scaled)
    coefficients = np.linalg.solve(upper, basis.T @ (outcome * root))
    residuals = (outcome - columns @ coefficients) * root
    df = outcome.size - columns.shape[1]
    inverse = np.linalg.inv(upper)
    bread = inverse @ inverse.T
    rss = float(residuals @ residuals)
    with np.errstate(divide="ignore", invalid="ignore"):
        classical = np.sqrt(np.diag(bread) * np.divide(rss, df))
    adjusted = _adjusted_r2(columns @ coefficients, weights, rss, df)
    return Fit(coefficients, classical, df, adjusted)


def _adjusted_r2(fitted: Floats, weights: Floats, rss: float, df: int) -> float:
    mean = np.average(fitted, weights=weights)
    explained = float(weights @ (fitted - mean) ** 2)
    if df < 1 or explained + rss == 0:
        return float("nan")
    return 1 - rss / (explained + rss) * (fitted.size - 1) / df
