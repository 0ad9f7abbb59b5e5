"""The weighted sums from which estimates, variances and design effects come.

They add up: those of rows to those of a cell, of a sampling unit, of a group.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, fields

import numpy as np

from indicators.survey.inputs.arrays import Booleans, Floats, Integers, sums


@dataclass(frozen=True)
class Moments:
    """Sums over the rows that have a value: one line a statistic, one column a row or cell.

    n: rows; weighted: rows with a weight above 0; weight: sum of weights w; x and d: sums of w
    times the outcome and times the denominator (1 for a mean); xx, xd, dd: of w times their
    products. Parts that are equal by definition may be one array.
    """

    n: Floats
    weighted: Floats
    weight: Floats
    x: Floats
    d: Floats
    xx: Floats
    xd: Floats
    dd: Floats

    def each(self, change: Callable[[Floats], Floats]) -> "Moments":
        """The same change of every part, made once for parts that are one array."""
        changed: dict[int, Floats] = {}
        for part in self._parts():
            if id(part) not in changed:
                changed[id(part)] = change(part)
        return Moments(*(changed[id(part)] for part in self._parts()))

    def _parts(self) -> list[Floats]:
        return [getattr(self, field.name) for field in fields(self)]

    def summed(self, cell: Integers, size: int) -> "Moments":
        """Their sums in each of `size` cells."""
        return self.each(lambda part: sums(cell, part, size))

    def at(self, positions: Integers | Booleans) -> "Moments":
        """Those of some columns."""
        return self.each(lambda part: part[:, positions])

    def kept(self, columns: Booleans) -> "Moments":
        """Nothing in the other columns."""
        return self.each(lambda part: np.where(columns, part, 0.0))

    def reweighted(self, factor: Floats) -> "Moments":
        """With weights multiplied by `factor`, one a column."""
        counted = (id(self.n), id(self.weighted))
        return self.each(lambda part: part if id(part) in counted else part * factor)

    def plus(self, other: "Moments") -> "Moments":
        """The sums of both."""
        pairs = zip(self._parts(), other._parts(), strict=True)
        return Moments(*(mine + others for mine, others in pairs))

    def ravel(self) -> "Moments":
        """One line after the other."""
        return self.each(np.ravel)


def row_moments(weights: Floats, used: Booleans, x: Floats, d: Floats | None = None) -> Moments:
    """The moments of single rows, one line; nothing in rows that are not used. `d` None: 1."""
    w = np.where(used, weights, 0.0)[np.newaxis]
    x = np.where(used, x, 0.0)
    n = used[np.newaxis].astype(np.float64)
    weighted = (w != 0).astype(np.float64)
    wx = w * x
    if d is None:
        return Moments(n, weighted, w, wx, w, wx * x, wx, w)
    d = np.where(used, d, 0.0)
    return Moments(n, weighted, w, wx, w * d, wx * x, wx * d, w * d * d)


def stacked(lines: Sequence[Moments]) -> Moments:
    """The lines of several moments under each other; equal parts stay one array."""
    parts: dict[tuple[int, ...], Floats] = {}
    found = []
    for field in fields(Moments):
        arrays = [getattr(line, field.name) for line in lines]
        key = tuple(id(array) for array in arrays)
        if key not in parts:
            parts[key] = np.concatenate(arrays)
        found.append(parts[key])
    return Moments(*found)
