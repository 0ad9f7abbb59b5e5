"""Permutation p of a wake estimate: labels shuffled inside strata, weights and estimate anew."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from indicators.linkage.wake.inference.model import Model
from indicators.linkage.wake.matching.strata import Matching

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]
_CELLS_AT_ONCE = 4_000_000  # shuffles × events held at a time
_TIE = 1 - 1e-9  # shuffles that give the same figure up to rounding count as equal


def permutation_p(
    model: Model, matching: Matching, observed: float, count: int, seed: int
) -> float:
    """Share of shuffles with at least the observed size, (1 + hits) / (count + 1).

    `model`: over the matched wakes, in their order. In each stratum as many events are treated as
    in fact, so that its weights stay (README 1.9).
    """
    shuffles = _make_shuffles(model, matching)
    generator = np.random.default_rng(seed)
    hits = sum(
        int((np.abs(found) >= abs(observed) * _TIE).sum())
        for found in shuffles.coefficients(generator, count)
    )
    return (1 + hits) / (count + 1)


@dataclass(frozen=True)
class _Shuffles:
    """What each shuffle needs, over rows sorted by stratum: sums over all and over the treated."""

    stratum: Integers
    treated_places: Integers
    base: Floats  # columns but the treatment
    outcome: Floats
    control_weight: Floats

    def coefficients(self, generator: np.random.Generator, count: int) -> Iterator[Floats]:
        """The treatment's coefficient of each shuffle, in blocks."""
        size, width = self.base.shape
        products = (self.base[:, :, None] * self.base[:, None, :]).reshape(size, -1)
        features = np.hstack([products, self.base * self.outcome[:, None]])
        fixed = self.control_weight @ features
        moving = np.hstack([
            features * (1 - self.control_weight)[:, None],
            self.base, self.outcome[:, None],
        ])  # fmt: skip
        block = max(1, _CELLS_AT_ONCE // size)
        for first in range(0, count, block):
            treated = self._treated(generator, min(block, count - first))
            # summed column by column: a product of matrices this thin is slower than picking
            sums = np.stack([column[treated].sum(axis=1) for column in moving.T.copy()], axis=1)
            yield _solve(sums, fixed, width)

    def _treated(self, generator: np.random.Generator, count: int) -> Integers:
        """The rows that each shuffle treats: shuffles × treated."""
        keys = generator.random((count, self.stratum.size)) + self.stratum
        return np.argsort(keys, axis=1)[:, self.treated_places]


def _make_shuffles(model: Model, matching: Matching) -> _Shuffles:
    rows = matching.matched
    stratum = matching.stratum[rows]
    order = np.argsort(stratum, kind="stable")
    stratum = stratum[order]
    is_treated = model.columns[order, model.treatment] == 1
    ratio = np.zeros(matching.strata)
    ratio[stratum[~is_treated]] = model.weights[order][~is_treated]
    treated = np.bincount(stratum[is_treated], minlength=matching.strata)
    starts = np.searchsorted(stratum, np.arange(matching.strata))
    places = np.concatenate(
        [start + np.arange(many) for start, many in zip(starts, treated, strict=True)]
    )
    base = np.delete(model.columns[order], model.treatment, axis=1)
    return _Shuffles(stratum, places, base, model.outcome[order], ratio[stratum])


def _solve(sums: Floats, fixed: Floats, width: int) -> Floats:
    """The last coefficient of the normal equations of each shuffle."""
    shuffles, square = sums.shape[0], width * width
    left = np.empty((shuffles, width + 1, width + 1))
    right = np.empty((shuffles, width + 1, 1))
    weighted = sums[:, : square + width] + fixed
    with_treatment = sums[:, square + width :]
    left[:, :width, :width] = weighted[:, :square].reshape(-1, width, width)
    left[:, width, :width] = left[:, :width, width] = with_treatment[:, :width]
    left[:, width, width] = with_treatment[:, 0]  # the first column is all ones
    right[:, :width, 0] = weighted[:, square:]
    right[:, width, 0] = with_treatment[:, width]
    try:
        found = np.linalg.solve(left, right)
    except np.linalg.LinAlgError:  # a shuffle that happens to be collinear
        found = np.linalg.pinv(left, hermitian=True) @ right
    return np.asarray(found[:, width, 0])
