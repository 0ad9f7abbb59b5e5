"""Weighted least squares with classical, HC2 and HC3 standard errors.

HC2, HC3: MacKinnon & White (1985), Journal of Econometrics 29:305–325, on rows scaled by the root
of their weight; t with n - p degrees of freedom.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import stdtr, stdtrit

Floats = NDArray[np.float64]
_COLLINEAR = 1e-7  # as R's lm


@dataclass(frozen=True)
class Fit:
    """Coefficients in the order of the columns, with standard errors of three kinds."""

    coefficients: Floats
    classical: Floats
    hc2: Floats
    hc3: Floats
    df: int
    adjusted_r2: float

    def p_value(self, se: Floats, at: int) -> float:
        """Two-sided p of one coefficient, nan where its error is not positive."""
        if self.df < 1 or not se[at] > 0:
            return float("nan")
        return float(2 * stdtr(self.df, -abs(self.coefficients[at] / se[at])))

    def half_width(self, se: Floats, at: int, alpha: float) -> float:
        """Half of the 1 - alpha interval of one coefficient."""
        if self.df < 1 or not se[at] > 0:
            return float("nan")
        return float(stdtrit(self.df, 1 - alpha / 2) * se[at])


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
        left = 1 - np.minimum(np.einsum("ij,ij->i", basis, basis), 1)
        hc2, hc3 = (_sandwich(scaled, residuals**2 / left**power, bread) for power in (1, 2))
    fitted = columns @ coefficients
    return Fit(
        coefficients, classical, hc2, hc3, df, _adjusted_r2(fitted, weights, rss, df)
    )  # fmt: skip


def _sandwich(scaled: Floats, squares: Floats, bread: Floats) -> Floats:
    middle = scaled.T @ (scaled * squares[:, None])
    return np.sqrt(np.diag(bread @ middle @ bread))


def _adjusted_r2(fitted: Floats, weights: Floats, rss: float, df: int) -> float:
    mean = np.average(fitted, weights=weights)
    explained = float(weights @ (fitted - mean) ** 2)
    if df < 1 or explained + rss == 0:
        return float("nan")
    return 1 - rss / (explained + rss) * (fitted.size - 1) / df
