"""Tests of a change between two periods: counts, shares, estimates; many series at a time.

Arrays hold one entry a series (or series by period); nan stands for "cannot be tested".

Dispersion. Counts of incidents vary more than a Poisson count, because one raid makes several, and
the risk drifts: a month resembles the months beside it. Both are seen in how much the series
changed from one year to the next before: each earlier month less the same month of the year before,
so that the season drops out. The mean square of these differences over what Poisson counts (shares:
binomial ones) would give is the dispersion of a month; the products of neighbouring differences say
how much of it persists, by a factor of PERSISTENCE a month. A period of several months has the
dispersion of a month plus twice what its months share (long-run variance), never below 1.
Differences between earlier years are noise here: a change counts that is larger than those
(simulated: docs/decisions/0009).

Tests. Counts are deflated, y / phi, and the deflated count of one period is compared with the
total of both: given the total it is binomial with probability exposure / total exposure
(Przyborowski and Wilenski 1940), here with the incomplete beta function, so that deflated counts
need not be whole. Shares: Fisher's exact test. Both two-sided with mid-p (Lancaster 1961), without
which they are far below their level. As phi is estimated, the normal deviate of the exact
p-value (for shares: over the root of phi) is referred to Student's t with the dispersion's degrees
of freedom. Where phi is at its bound of 1 it is no estimate, and the deviate stays normal.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import betainc, betaincinv, ndtr, ndtri, stdtr, stdtrit

Floats = NDArray[np.float64]

# Fewer differences between years say too little of how much a series varies by itself.
EARLIER_PERIODS = 8
# What of the drift is left a month later; simulated worlds have .6 to .8.
PERSISTENCE = 0.75
_LAGS = 3
# With fewer degrees of freedom Student's t reaches any bound only for enormous changes.
_LEAST_DF = 3
# Differences of neighbouring months are alike: so many stand for one that is independent. The
# longer the period, the more rests on what they share, and the more of them it takes (periods of up
# to a quarter, of up to half a year, longer ones; simulated).
_ALIKE, _LENGTHS = np.array([2.0, 3.0, 4.0]), (3, 6)
_NORMAL_DF = 1e9
POWER = 0.8
LEVEL = 0.05


@dataclass(frozen=True)
class Dispersion:
    """By series: phi (at least 1), its degrees of freedom; both nan where it cannot be told."""

    phi: Floats
    df: Floats

    @property
    def quantile(self) -> Floats:
        """How many standard errors reach to a limit of confidence."""
        estimated = stdtrit(np.where(np.isfinite(self.df), self.df, 1.0), 1 - LEVEL / 2)
        return np.where(self.phi > 1, estimated, -ndtri(LEVEL / 2))


def dispersion(
    counts: Floats, exposure: Floats, year: int, months: int = 1, of: Floats | None = None
) -> Dispersion:
    """How much periods of so many months vary beyond chance, from the months before.

    counts, exposure: series x month, all months in order, nan where one has no usable figure;
    exposure is what is usual there. year: months in a year (or weeks, or quarters). of: of shares,
    the denominators. Nan where fewer than 8 months have one of the year before, or fewer than the
    period has.
    """
    change, variance = _changes_of_year(counts, exposure, year, of)
    known = np.isfinite(change)
    pairs, change = known.sum(axis=1), np.where(known, change, 0.0)
    usual = np.where(known, variance, 0.0).sum(axis=1)
    with np.errstate(divide="ignore", invalid="ignore"):
        of_month = (change**2).sum(axis=1) / usual
        shared = _shared(change, known) * pairs / usual
        lags = np.arange(1, months)
        phi = of_month + 2 * shared * ((1 - lags / months) * PERSISTENCE**lags).sum()
    df = np.maximum(pairs / _ALIKE[np.searchsorted(_LENGTHS, months)], _LEAST_DF)
    is_told = (pairs >= max(EARLIER_PERIODS, months)) & (usual > 0)
    return Dispersion(
        np.where(is_told, np.maximum(1.0, phi), np.nan), np.where(is_told, df, np.nan)
    )


def _changes_of_year(
    counts: Floats, exposure: Floats, year: int, of: Floats | None
) -> tuple[Floats, Floats]:
    """Each month less the same month of the year before, and its variance did nothing change."""
    y, e = (table[:, year:] for table in (counts, exposure))
    y_before, e_before = (table[:, : max(table.shape[1] - year, 0)] for table in (counts, exposure))
    with np.errstate(divide="ignore", invalid="ignore"):
        both = e + e_before
        change = 2 * (y * e_before - y_before * e) / both
        variance = 4 * e * e_before * (y + y_before) / both**2
        if of is not None:
            cases = of[:, year:] + of[:, : max(of.shape[1] - year, 0)]
            share = np.minimum((y + y_before) / cases, 1.0)
            variance = variance * (1 - share) * cases / np.maximum(cases - 1, 1)
    usable = np.isfinite(change) & np.isfinite(variance) & (e > 0) & (e_before > 0)
    return np.where(usable, change, np.nan), np.where(usable, variance, np.nan)


def _shared(change: Floats, known: NDArray[np.bool_]) -> Floats:
    """What neighbouring differences have in common, at no lag, by least squares over _LAGS."""
    weighted, weights = np.zeros(len(change)), np.zeros(len(change))
    for lag in range(1, min(_LAGS, change.shape[1] - 1) + 1):
        both = (known[:, lag:] & known[:, :-lag]).sum(axis=1)
        products = (change[:, lag:] * change[:, :-lag]).sum(axis=1)
        weighted += PERSISTENCE**lag * products
        weights += PERSISTENCE ** (2 * lag) * both
    return np.maximum(
        0.0, np.divide(weighted, weights, out=np.zeros_like(weights), where=weights > 0)
    )


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
    from scipy.stats import hypergeom  # takes a second to load, and few refreshes test a share

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


@dataclass(frozen=True)
class Sizes:
    """Of a change its limits, and the smallest change that a test sees in four of five cases."""

    low: Floats
    high: Floats
    visible: Floats


def count_change_sizes(
    now: Floats, before: Floats, exposure_now: Floats, exposure_before: Floats, noise: Dispersion
) -> Sizes:
    """Of the change of rate between two counts, in percent of the earlier one; nan where it is 0.

    Limits: quantiles of the share of both (Jeffreys), of deflated counts as in the test. Visible:
    a rise, which is harder to see than a fall, on the scale of the square root.
    """
    a, b, tail = now / noise.phi + 0.5, before / noise.phi + 0.5, ndtr(-noise.quantile)
    with np.errstate(divide="ignore", invalid="ignore"):
        usual = before * exposure_now / exposure_before
        shares = np.where(now > 0, betaincinv(a, b, tail), 0.0), betaincinv(a, b, 1 - tail)
        ratios = [share / (1 - share) * exposure_before / exposure_now for share in shares]
        seen = (1 + (noise.quantile + ndtri(POWER)) * np.sqrt(noise.phi / 2 / usual)) ** 2
        low, high, visible = (
            np.where(usual > 0, 100 * (ratio - 1), np.nan) for ratio in (*ratios, seen)
        )
    return Sizes(low, high, visible)


def share_change_sizes(
    now: Floats, of_now: Floats, before: Floats, of_before: Floats, noise: Dispersion, p: Floats
) -> Sizes:
    """Of the difference of two shares. The limits agree with the p-value of the test: its standard
    error is what gives this p (Miettinen 1976); where p says little, that of two shares, and where
    both are 0 or both are whole, which leaves none, that of Agresti and Caffo (2000)."""
    with np.errstate(divide="ignore", invalid="ignore"):
        change = now / of_now - before / of_before
        both = (now + before) / (of_now + of_before)
        variance = both * (1 - both) * (1 / of_now + 1 / of_before)
        a_case_more = _variance(now + 1, of_now + 2) + _variance(before + 1, of_before + 2)
        se = np.sqrt(noise.phi * np.where(variance > 0, variance, a_case_more))
        df = np.where(noise.phi > 1, noise.df, _NORMAL_DF)
        tested = np.abs(change) / -stdtrit(df, np.clip(p, 1e-300, 1.0) / 2)
    half = noise.quantile * np.where(p < 0.5, tested, se)
    return Sizes(change - half, change + half, (noise.quantile + ndtri(POWER)) * se)


def _variance(part: Floats, whole: Floats) -> Floats:
    """Of a share."""
    return np.asarray(part / whole * (1 - part / whole) / whole)


def estimate_change_sizes(change: Floats, se: Floats, df: Floats) -> Sizes:
    """Of a difference of two estimates."""
    degrees = np.where(np.isfinite(df), np.maximum(df, 1.0), _NORMAL_DF)
    quantile = stdtrit(degrees, 1 - LEVEL / 2)
    return Sizes(change - quantile * se, change + quantile * se, (quantile + ndtri(POWER)) * se)


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
    degrees = np.where(np.isfinite(df), np.maximum(df, 1.0), _NORMAL_DF)
    return np.asarray(2 * stdtr(degrees, -np.abs(t)))
