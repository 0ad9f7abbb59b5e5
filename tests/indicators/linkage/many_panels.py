"""The panel estimators for many balanced panels at once, for simulations only.

Same formulas as `indicators.linkage.panel`, closed where balance allows, for a thousand runs in
one array; a test holds each of them equal to the product. Arrays are runs × areas × months,
regressors runs × k × areas × months.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import stats

from indicators.linkage.panel.placebos import hotelling_p

Array = NDArray[np.float64]


@dataclass(frozen=True)
class Fits:
    """Runs × k estimates, runs × k × k covariances clustered by area."""

    estimate: Array
    covariance: Array
    df: float

    @property
    def se(self) -> Array:
        return np.sqrt(np.diagonal(self.covariance, axis1=1, axis2=2))

    @property
    def p(self) -> Array:
        return np.asarray(2 * stats.t.sf(np.abs(self.estimate / self.se), self.df))

    def covers(self, truth: float, term: int = 0) -> Array:
        reach = stats.t.ppf(0.975, self.df) * self.se[:, term]
        return np.abs(self.estimate[:, term] - truth) <= reach

    def wald_p(self, terms: list[int]) -> Array:
        estimates = self.estimate[:, terms]
        covariance = self.covariance[np.ix_(range(len(estimates)), terms, terms)]
        solved = np.linalg.solve(covariance, estimates[..., None])[..., 0]
        f = (estimates * solved).sum(axis=1) / len(terms)
        return np.asarray(hotelling_p(f, len(terms), int(self.df) + 1))


def demeaned(values: Array) -> Array:
    """Without means of areas and months (the last two axes), balanced."""
    rows = values.mean(axis=-1, keepdims=True)
    columns = values.mean(axis=-2, keepdims=True)
    return values - rows - columns + rows.mean(axis=-2, keepdims=True)


def twfe(outcome: Array, regressors: Array) -> Fits:
    """Least squares with effects of areas and months."""
    return _sandwich(demeaned(regressors), demeaned(outcome), np.ones_like(outcome))


def _sandwich(x: Array, y: Array, weights: Array, poisson: bool = False) -> Fits:
    runs, k, areas, months = x.shape
    weighted = (x * weights[:, None]).reshape(runs, k, -1)
    flat = x.reshape(runs, k, -1)
    bread = np.linalg.inv(weighted @ flat.transpose(0, 2, 1))
    estimate = (bread @ (weighted @ y.reshape(runs, -1, 1)))[..., 0]
    left = y - np.einsum("rk,rkat->rat", estimate, x)
    scores = np.einsum("rkat,rat->rak", x, left * weights)
    n = areas * months
    counted = k + months + (areas - 1 if poisson else 0)
    factor = areas / (areas - 1) * (n - 1) / (n - counted)
    covariance = factor * bread @ (scores.transpose(0, 2, 1) @ scores) @ bread
    return Fits(estimate, covariance, areas - 1)


def poisson(outcome: Array, regressors: Array, iterations: int = 30) -> Fits:
    """Poisson with effects of areas and months, by iterated weighted least squares."""
    mean = (outcome + outcome.mean(axis=(1, 2), keepdims=True)) / 2
    linear = np.log(mean)
    for _ in range(iterations):
        working = linear + (outcome - mean) / mean
        stacked = np.concatenate([regressors, working[:, None]], axis=1)
        inside = weighted_demeaned(stacked, mean)
        x, z = inside[:, :-1], inside[:, -1]
        fits = _sandwich(x, z, mean, poisson=True)
        left = z - np.einsum("rk,rkat->rat", fits.estimate, x)
        step = np.abs(working - left - linear).max()
        linear = working - left
        mean = np.exp(np.clip(linear, -30, 30))
        if step < 1e-7:
            break
    return fits


def weighted_demeaned(values: Array, weights: Array) -> Array:
    """Without weighted means of areas and months: areas are solved for, then the months."""
    rows = weights.sum(axis=2)
    shares = weights / rows[:, :, None]
    system = -np.einsum("rat,ras->rts", weights, shares)
    months = weights.sum(axis=1)
    index = np.arange(weights.shape[2])
    system[:, index, index] += months
    centred = values - np.einsum("rkat,rat->rka", values, shares)[..., None]
    right = np.einsum("rkat,rat->rkt", centred, weights)
    # One month is the reference: the system is short of one rank.
    solved = np.linalg.solve(system[:, 1:, 1:], right[:, :, 1:].transpose(0, 2, 1))
    effects = np.zeros(right.shape)
    effects[:, :, 1:] = solved.transpose(0, 2, 1)
    without = values - effects[:, :, None, :]
    return np.asarray(without - np.einsum("rkat,rat->rka", without, shares)[..., None])
