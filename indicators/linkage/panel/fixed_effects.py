"""Regressions with fixed effects: least squares, and Poisson by iterated weighted least squares."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import sparse, special

from indicators.linkage.finding import NotEstimable
from indicators.linkage.panel.specification import Floats

_ITERATIONS = 100
_SETTLED = 1e-11  # of the deviance, from one iteration to the next
# A regressor of which less than this is left beside the others and the effects is one of them.
_COLLINEAR = 1e-7
_RANK = 1e-12
# A fitted mean below this is a cell that the model drives to zero for ever.
_SEPARATED = 1e-8


@dataclass(frozen=True)
class Regression:
    """What a fit leaves: rows are multiplied by the root of their weights.

    `kept`: the columns of x that are told apart. `x` and `residual`: without the fixed effects.
    """

    kept: list[int]
    estimates: Floats
    x: Floats
    residual: Floats
    bread: Floats


class FixedEffects:
    """The groups of each effect (from 0, rows each), and columns without their weighted means.

    The effect with the most groups goes out by its means, the others are solved for beside it:
    exact however the panel is, in no steps that would have to settle.
    """

    def __init__(self, groups: Sequence[NDArray[np.int64]]) -> None:
        """`groups`: an array an effect; at least one."""
        first, *others = sorted((_indicators(group) for group in groups), key=_level_count)
        self._first = first
        self._others = sparse.hstack(others).tocsr() if others else None

    def without(self, values: Floats, weights: Floats) -> Floats:
        """The columns of `values` without the weighted means of every effect's groups."""
        sizes = self._first.T @ weights
        if self._others is None:
            return self._centred(values, weights, sizes)
        weighted = self._others.multiply(weights[:, None]).tocsr()
        scale = 1 / np.sqrt(weighted.sum(axis=0))
        cross = (self._first.T @ weighted).toarray() * scale
        system = (self._others.T @ weighted).toarray() * np.outer(scale, scale)
        system -= cross.T @ (cross / sizes[:, None])
        right = scale[:, None] * (weighted.T @ self._centred(values, weights, sizes))
        # Effects share their means: the system is short of a rank, and of more where areas are
        # seen in other periods than the rest.
        solved = np.linalg.pinv(system, _RANK, hermitian=True) @ right
        left = values - self._others @ (scale[:, None] * solved)
        return self._centred(left, weights, sizes)

    def _centred(self, values: Floats, weights: Floats, sizes: Floats) -> Floats:
        means = (self._first.T @ (values * weights[:, None])) / sizes[:, None]
        return np.asarray(values - self._first @ means)


def _indicators(group: NDArray[np.int64]) -> sparse.csr_array:
    shape = (len(group), int(group.max()) + 1)
    return sparse.csr_array((np.ones(len(group)), (np.arange(len(group)), group)), shape)


def _level_count(indicators: sparse.csr_array) -> int:
    return -int(indicators.shape[1])


def least_squares(y: Floats, x: Floats, effects: FixedEffects) -> Regression:
    """y on the columns of x. Raises NotEstimable: collinear."""
    kept = _told_apart(x, np.ones_like(y), effects)
    return _solved(y, x, kept, np.ones_like(y), effects)


def poisson(y: Floats, x: Floats, effects: FixedEffects) -> Regression:
    """The logarithm of y's mean on the columns of x. Every group has a case.

    Raises NotEstimable: collinear, separated (a mean is driven to zero) or not_converged.
    """
    mean = (y + y.mean()) / 2
    linear, deviance = np.log(mean), np.inf
    kept = _told_apart(x, mean, effects)
    for _ in range(_ITERATIONS):
        working = linear + y / mean - 1
        fitted = _solved(working, x, kept, mean, effects)
        linear = working - fitted.residual / np.sqrt(mean)
        with np.errstate(over="ignore"):
            mean = np.exp(linear)
        last, deviance = deviance, float(2 * (special.rel_entr(y, mean) - y + mean).sum())
        if not np.isfinite(deviance) or mean.min() < _SEPARATED**2:
            raise NotEstimable("separated")
        if abs(deviance - last) < _SETTLED * (0.1 + abs(last)):
            if mean.min() < _SEPARATED:
                raise NotEstimable("separated")
            return fitted
    raise NotEstimable("not_converged")


def _told_apart(x: Floats, weights: Floats, effects: FixedEffects) -> list[int]:
    """The columns that are neither in the effects nor in columns before them."""
    root = np.sqrt(weights)[:, None]
    left = np.abs(np.diagonal(np.linalg.qr(effects.without(x, weights) * root, mode="r")))
    given = np.linalg.norm((x - np.average(x, axis=0, weights=weights)) * root, axis=0)
    # More columns than rows: those beyond have nothing left.
    left = np.pad(left, (0, x.shape[1] - len(left)))
    kept = [int(at) for at in np.flatnonzero(left > _COLLINEAR * given)]
    if not kept:
        raise NotEstimable("collinear")
    return kept


def _solved(
    y: Floats, x: Floats, kept: list[int], weights: Floats, effects: FixedEffects
) -> Regression:
    inside = effects.without(np.column_stack([y, x[:, kept]]), weights)
    inside *= np.sqrt(weights)[:, None]
    basis, triangle = np.linalg.qr(inside[:, 1:])
    try:
        inverse = np.linalg.inv(triangle)
    except np.linalg.LinAlgError as error:
        raise NotEstimable("collinear") from error
    estimates = inverse @ (basis.T @ inside[:, 0])
    residual = inside[:, 0] - inside[:, 1:] @ estimates
    return Regression(kept, estimates, inside[:, 1:], residual, inverse @ inverse.T)
