"""Confidence intervals from an estimate, its standard error and its degrees of freedom.

All functions work on arrays, one position a group; both limits are NaN where a method has no
usable interval. Proportions as R's `svyciprop` names the methods; Korn and Graubard (1998) with
the effective sample size capped at n as NCHS (Parker et al. 2017, Vital Health Stat 2(175)).
"""

from dataclasses import dataclass

import numpy as np
from scipy.special import betaincinv, expit, logit, stdtrit

from indicators.survey.inputs.arrays import Booleans, Floats

Limits = tuple[Floats, Floats]

# Below this a proportion is 0 (or 1), and a standard error is rounding noise of an exact zero.
ZERO = 1e-12


def t_quantile(df: Floats, confidence: float) -> Floats:
    """Upper quantile of Student's t for a two-sided interval; NaN where df is not above 0."""
    different, place = np.unique(df, return_inverse=True)
    above = different > 0
    found = np.where(above, stdtrit(np.where(above, different, 1.0), (1 + confidence) / 2), np.nan)
    return found[place].reshape(df.shape)


def both_or_none(low: Floats, high: Floats) -> Limits:
    """The limits, or NaN for both where one of them is not finite."""
    usable = np.isfinite(low) & np.isfinite(high)
    return np.where(usable, low, np.nan), np.where(usable, high, np.nan)


def wald(estimate: Floats, se: Floats, df: Floats, confidence: float) -> Limits:
    """estimate -/+ t(df) * se."""
    half = t_quantile(df, confidence) * se
    return both_or_none(estimate - half, estimate + half)


@dataclass(frozen=True)
class ProportionSpread:
    """Proportions with what their intervals need: se, df of the domain, n valued, n of rows."""

    p: Floats
    se: Floats
    df: Floats
    n: Floats
    n_rows: Floats

    @property
    def degenerate(self) -> Booleans:
        """Where the proportion is 0 or 1."""
        return (self.p < ZERO) | (self.p > 1 - ZERO)

    @property
    def without_variance(self) -> Booleans:
        """Where the variance is exactly zero although the proportion is neither 0 nor 1."""
        return (self.se < ZERO) & ~self.degenerate


def proportion_limits(spread: ProportionSpread, method: str, confidence: float) -> Limits:
    """Limits of one of the methods of `statistic.PROPORTION_INTERVALS`."""
    with np.errstate(divide="ignore", invalid="ignore"):
        if method == "kg_capped":
            return korn_graubard(spread, effective_n(spread), confidence)
        if method == "kg_capped_df_adjusted":
            return korn_graubard(spread, effective_n_df_adjusted(spread, confidence), confidence)
        low, high = _svyciprop(spread, method, confidence)
    unusable = spread.without_variance | (spread.degenerate & (method != "mean"))
    return both_or_none(np.where(unusable, np.nan, low), np.where(unusable, np.nan, high))


def _svyciprop(spread: ProportionSpread, method: str, confidence: float) -> Limits:
    p, se, df = spread.p, spread.se, spread.df
    if method == "mean":
        return wald(p, se, df, confidence)
    if method == "beta":
        return beta_limits(p, se, df, spread.n_rows, confidence)
    if method == "asin":
        return asin_limits(p, se, df, confidence)
    return logit_limits(p, se, df, confidence)


def logit_limits(p: Floats, se: Floats, df: Floats, confidence: float) -> Limits:
    """Wald limits on the logit scale by the delta method (R `xlogit`; `logit` in closed form)."""
    low, high = wald(logit(p), se / (p * (1 - p)), df, confidence)
    return expit(low), expit(high)


def asin_limits(p: Floats, se: Floats, df: Floats, confidence: float) -> Limits:
    """Wald limits on the scale of the arcsine of the square root."""
    low, high = wald(np.arcsin(np.sqrt(p)), se / (2 * np.sqrt(p * (1 - p))), df, confidence)
    return np.sin(low) ** 2, np.sin(high) ** 2


def beta_limits(p: Floats, se: Floats, df: Floats, rows: Floats, confidence: float) -> Limits:
    """Korn and Graubard as R's `beta`: not capped, df of the effective size from all rows."""
    ratio = t_quantile(rows - 1, confidence) / t_quantile(df, confidence)
    n_effective = p * (1 - p) / se**2 * ratio**2
    return both_or_none(*clopper_pearson(p, n_effective, confidence))


def clopper_pearson(p: Floats, n: Floats, confidence: float) -> Limits:
    """Exact binomial limits for `n * p` events of `n`, neither of them whole numbers."""
    tail = (1 - confidence) / 2
    low = np.where(n * p <= 0, 0.0, betaincinv(n * p, n * (1 - p) + 1, tail))
    high = np.where(p >= 1, 1.0, betaincinv(n * p + 1, n * (1 - p), 1 - tail))
    return low, high


def effective_n(spread: ProportionSpread) -> Floats:
    """min(n, p(1-p)/se^2); n itself for a proportion of 0 or 1 or without variance."""
    with np.errstate(divide="ignore", invalid="ignore"):
        return _capped(spread, spread.p * (1 - spread.p) / spread.se**2)


def effective_n_df_adjusted(spread: ProportionSpread, confidence: float) -> Floats:
    """As `effective_n`, times (t(n-1)/t(df))^2 before the cap."""
    ratio = t_quantile(spread.n - 1, confidence) / t_quantile(spread.df, confidence)
    with np.errstate(divide="ignore", invalid="ignore"):
        return _capped(spread, spread.p * (1 - spread.p) / spread.se**2 * ratio**2)


def _capped(spread: ProportionSpread, n_effective: Floats) -> Floats:
    whole = spread.degenerate | spread.without_variance
    return np.where(whole, spread.n, np.minimum(spread.n, n_effective))


def korn_graubard(spread: ProportionSpread, n_effective: Floats, confidence: float) -> Limits:
    """Clopper-Pearson limits on an effective sample size; usable at 0 and 1 too."""
    p = np.where(spread.degenerate, np.round(spread.p), spread.p)
    return both_or_none(*clopper_pearson(p, n_effective, confidence))
