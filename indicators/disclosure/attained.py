"""How low and how high withheld counts are in the tables found so far.

Each is a table with the same published cells. More withheld cells forbid none of them: what a count
once attains it keeps.
"""

import numpy as np

from indicators.disclosure.tables import Tables
from indicators.disclosure.width_rule import CLOSE, lacking, share


class Attained:
    """By cell, rests included, and amount: n; of ratios, n, numerator and rest.

    amount, low, high: cells x amounts. wanted: which of them must be wide: n, and of numerators and
    rests small ones. parts: cells x tables, one for numerators and one for rests of ratios; groups:
    tables that are free of those of another group, whose lowest values may be added.
    """

    def __init__(self, tables: Tables, small: np.ndarray, min_n: int) -> None:
        """small: published cells x (n, numerator, rest); other cells have none."""
        self.parts, self.groups = tables.parts(), tables.groups()
        self.amount, self.min_n = tables.amounts(), min_n
        self.low, self.high = self.amount.copy(), self.amount.copy()
        free = np.setdiff1d(np.arange(len(self.amount)), tables.cell)  # in no line: without bounds
        self.low[free], self.high[free] = 0, np.inf
        self.small = np.zeros(self.amount.shape, dtype=bool)
        self.small[: len(small)] = small[:, : self.amount.shape[1]]
        self.wanted = self.small.copy()
        self.wanted[:, 0] = True

    def add(self, group: int, cells: np.ndarray, change: np.ndarray) -> None:
        """One more of a group's tables: by how much these cells change, cells x the group's.

        Not if a count would be below zero.
        """
        value = self.parts[cells][:, self.groups[group]] + change
        if value.min(initial=0) < -CLOSE:
            return
        if self.amount.shape[1] == 1:
            self._extend(cells, 0, value[:, 0])
            return
        for table, own in zip(self.groups[group], value.T, strict=True):
            self._extend(cells, 1 + table, own)
        if len(self.groups) == 1:
            self._extend(cells, 0, value.sum(axis=1))
        else:
            self._extend(cells, 0, self.low[cells, 1:].sum(axis=1))
            self._extend(cells, 0, self.high[cells, 1:].sum(axis=1))

    def _extend(self, cells: np.ndarray, amount: int, value: np.ndarray) -> None:
        self.low[cells, amount] = np.minimum(self.low[cells, amount], value)
        self.high[cells, amount] = np.maximum(self.high[cells, amount], value)

    def lacking(self, cells: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Cells x amounts: wanted, and as low, or as high, as it must be in no table found."""
        not_low, not_high = lacking(*self._attained(cells), self.small[cells], self.min_n)
        return not_low & self.wanted[cells], not_high & self.wanted[cells]

    def unproven(self, cells: np.ndarray) -> np.ndarray:
        """Whether an amount of these cells lacks one or the other."""
        return np.asarray(np.logical_or(*self.lacking(cells)).any(axis=1))

    def share(self, cells: np.ndarray) -> np.ndarray:
        """Cells x amounts: of what each must be able to fall and rise, the lesser share."""
        return share(*self._attained(cells), self.small[cells], self.min_n)

    def _attained(self, cells: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Amount, lowest and highest value."""
        return self.amount[cells], self.low[cells], self.high[cells]
