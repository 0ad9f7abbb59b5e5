"""Tests of a change between two periods: counts, shares, estimates; many series at a time.

Arrays hold one entry a series (or series by period); nan stands for "cannot be tested".

Over-dispersion. Counts of incidents vary more than a Poisson count, because one raid makes several.
The dispersion phi is taken from a series' earlier periods: Pearson's chi-square of the counts about
a log-linear mean, exposure x year x season, over its degrees of freedom (quasi-Poisson, McCullagh
and Nelder 1989 §6.2.3), and never below 1. Season and year do not count as noise. Of a sum over
areas the exposure is what the areas received usually count, so that which of them came is no noise
either. For shares the variance is binomial.

Tests. Counts are deflated, y / phi, and the deflated count of one period is compared with the
total of both: given the total it is binomial with probability exposure / total exposure
(Przyborowski and Wilenski 1940), here with the incomplete beta function, so that deflated counts
need not be whole. Shares: Fisher's exact test. Both two-sided with mid-p (Lancaster 1961), without
which they are far below their level. As phi is estimated, the normal deviate of the exact
p-value (for shares: over the root of phi) is referred to Student's t with the dispersion's degrees
of freedom. Where phi is at its bound of 1 it is no estimate, and the deviate stays normal: this
finds more, and simulated null series stay below the level (docs/decisions/0009).
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import betainc, ndtri, stdtr
from scipy.stats import hypergeom

Floats = NDArray[np.float64]

# Fewer earlier periods than this say too little of how much a series varies by itself.
EARLIER_PERIODS = 8
# With fewer degrees of freedom Student's t reaches any bound only for enormous changes.
_LEAST_DF = 3
_FITTING_ROUNDS = 25
_SERIES_AT_ONCE = 256  # so many stay in the processor's cache from round to round


@dataclass(frozen=True)
class Dispersion:
    """By series: phi (at least 1), its degrees of freedom; both nan where it cannot be told."""

    phi: Floats
    df: Floats


def dispersion(
    counts: Floats,
    exposure: Floats,
    year: NDArray[np.int64],
    season: NDArray[np.int64],
    of: Floats | None = None,
) -> Dispersion:
    """How much series vary beyond chance, from their earlier periods.

    counts, exposure: series x period, nan where a period has no usable figure. year, season: by
    period, from 0. of: of shares, the denominators. Nan where fewer than 8 periods are usable or
    fewer than 3 degrees of freedom are left beside the years and seasons seen.
    """
    observed = np.isfinite(counts) & np.isfinite(exposure) & (exposure > 0)
    y, e = np.where(observed, counts, 0.0), np.where(observed, exposure, 0.0)
    years, seasons = _groups_of(year), _groups_of(season)
    has_cases = y.any(axis=1)
    mean = np.zeros_like(y)
    mean[has_cases] = _fitted(y[has_cases], e[has_cases], years, seasons)
    used = observed & (mean > 0)
    counted = used.T.astype(float)
    seen = [(groups.sums(counted) > 0).sum(axis=0) for groups in (years, seasons)]
    levels = seen[0] + seen[1] - 1
    df = np.asarray(used.sum(axis=1) - levels, dtype=np.float64)
    variance = np.where(used, mean, 1.0)
    if of is not None:
        cases = np.where(used, of, 1.0)
        share = np.minimum(mean / cases, 1.0)
        variance = variance * np.maximum(1 - share, 1 / (2 * cases))
    pearson = np.where(used, (y - mean) ** 2 / variance, 0.0).sum(axis=1)
    known = (observed.sum(axis=1) >= EARLIER_PERIODS) & (df >= _LEAST_DF)
    with np.errstate(divide="ignore", invalid="ignore"):
        phi = np.where(known, np.maximum(1.0, pearson / df), np.nan)
    return Dispersion(phi, np.where(known, df, np.nan))


@dataclass(frozen=True)
class _Groups:
    """Periods by the year or the season that they are of."""

    place: NDArray[np.int64]  # by period: which group
    order: NDArray[np.int64]  # periods, those of a group side by side
    starts: NDArray[np.int64]  # where each group begins in that order

    def sums(self, table: Floats) -> Floats:
        """Group x series, out of period x series."""
        return np.asarray(np.add.reduceat(table[self.order], self.starts))

    def spread(self, effect: Floats) -> Floats:
        """Period x series, out of group x series."""
        return np.asarray(effect[self.place])


def _groups_of(numbers: NDArray[np.int64]) -> _Groups:
    _, place = np.unique(numbers, return_inverse=True)
    order = np.argsort(place, kind="stable")
    return _Groups(place, order, np.flatnonzero(np.diff(place[order], prepend=-1)))


def _fitted(y: Floats, e: Floats, years: _Groups, seasons: _Groups) -> Floats:
    """Exposure x year x season with the observed margins, by iterative proportional fitting."""
    mean = np.empty_like(y)
    for begin in range(0, len(y), _SERIES_AT_ONCE):
        some = slice(begin, begin + _SERIES_AT_ONCE)
        mean[some] = _fitted_some(y[some].T.copy(), e[some].T.copy(), years, seasons).T
    return mean


def _fitted_some(y: Floats, e: Floats, years: _Groups, seasons: _Groups) -> Floats:
    """The same of some series; tables here are period x series."""
    by_year, by_season = years.sums(y), seasons.sums(y)
    season_effect = np.ones_like(by_season)
    year_effect = np.ones_like(by_year)
    for _ in range(_FITTING_ROUNDS):
        year_effect = _share(by_year, years.sums(e * seasons.spread(season_effect)))
        season_effect = _share(by_season, seasons.sums(e * years.spread(year_effect)))
    return np.asarray(e * years.spread(year_effect) * seasons.spread(season_effect))


def _share(part: Floats, whole: Floats) -> Floats:
    return np.divide(part, whole, out=np.zeros_like(part), where=whole > 0)


def count_change_p(
    now: Floats, before: Floats, exposure_now: Floats, exposure_before: Floats, noise: Dispersion
) -> Floats:
    """Two-sided p-values of a change of rate between two counts.

    now, before: counts (or sums) that are not negative; exposure: days, or persons.
    """
    a, b = now / noise.phi, before / noise.phi
    probability = exposure_now / (exposure_now + exposure_before)
    p = _two_tails(_tail(b, a, 1 - probability), _tail(a, b, probability))
    p = np.where((now >= 0) & (before >= 0), p, np.nan)
    return _referred_to_t(p, np.ones_like(p), noise)


def share_change_p(
    now: Floats, of_now: Floats, before: Floats, of_before: Floats, noise: Dispersion
) -> Floats:
    """Two-sided p-values of a change of share; whole numbers with parts not above their wholes."""
    parts = np.stack([now, of_now, before, of_before])
    with np.errstate(invalid="ignore"):
        testable = np.isfinite(parts).all(axis=0) & (parts == np.round(parts)).all(axis=0)
        testable &= (now >= 0) & (before >= 0) & (now <= of_now) & (before <= of_before)
    p = np.full(len(now), np.nan)
    x, n, y, m = parts[:, testable].astype(np.int64)
    drawn = (n + m, x + y, n)
    fewer = (hypergeom.cdf(x, *drawn) + hypergeom.cdf(x - 1, *drawn)) / 2
    more = (hypergeom.sf(x - 1, *drawn) + hypergeom.sf(x, *drawn)) / 2
    p[testable] = _two_tails(fewer, more)
    return _referred_to_t(p, np.sqrt(noise.phi), noise)


def estimate_change_p(change: Floats, se: Floats, df: Floats) -> Floats:
    """Two-sided p-values of a difference of two estimates, by Student's t (normal without df)."""
    with np.errstate(divide="ignore", invalid="ignore"):
        t = np.where(se > 0, np.abs(change) / se, np.nan)
    return _two_sided(t, df)


def _tail(count: Floats, rest: Floats, probability: Floats) -> Floats:
    """Mid-p of this many or more of count + rest: half of the probability of exactly as many."""
    tiny = 1e-300  # the beta function has no parameter 0; the cases themselves are written out
    with np.errstate(invalid="ignore"):
        as_many = betainc(np.maximum(count, tiny), rest + 1, probability)
        more = betainc(count + 1, np.maximum(rest, tiny), probability)
        return np.asarray((np.where(count > 0, as_many, 1.0) + np.where(rest > 0, more, 0.0)) / 2)


def _two_tails(lower: Floats, upper: Floats) -> Floats:
    return np.asarray(np.minimum(1.0, 2 * np.minimum(lower, upper)))


def _referred_to_t(p: Floats, scale: Floats, noise: Dispersion) -> Floats:
    with np.errstate(invalid="ignore"):
        deviate = -ndtri(np.clip(p, 1e-300, 1.0) / 2)
    df = np.where(noise.phi > 1, noise.df, np.inf)
    return np.where(np.isfinite(noise.df), _two_sided(deviate / scale, df), np.nan)


def _two_sided(t: Floats, df: Floats) -> Floats:
    degrees = np.where(np.isfinite(df), np.maximum(df, 1.0), 1e9)
    return np.asarray(2 * stdtr(degrees, -np.abs(t)))
