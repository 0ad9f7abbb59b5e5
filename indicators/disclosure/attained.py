"""How low and how high withheld counts are in the tables found so far.

Each is a table with the same published cells. More withheld cells forbid none of them: what a count
once attains it keeps.
"""

import numpy as np

from indicators.disclosure.tables import Tables
from indicators.disclosure.width_rule import CLOSE, lacking, share


class Attained:
    """By cell, rests included; of a ratio, numerators and rests are two tables, free of each other.

    count, low, high: cells x tables.
    """

    def __init__(self, tables: Tables, is_small: np.ndarray, min_n: int) -> None:
        """is_small: by published cell; the rest is not."""
        self.count = tables.parts()
        self.low, self.high = self.count.copy(), self.count.copy()
        free = np.setdiff1d(np.arange(len(self.count)), tables.cell)  # in no line: without bounds
        self.low[free], self.high[free] = 0, np.inf
        self.is_small = np.zeros(len(self.count), dtype=bool)
        self.is_small[: len(is_small)] = is_small
        self.min_n = min_n

    def add(self, table: int, cells: np.ndarray, change: np.ndarray) -> None:
        """One more table, by how much these cells change; not if one would be below zero."""
        value = self.count[cells, table] + change
        if value.min(initial=0) < -CLOSE:
            return
        self.low[cells, table] = np.minimum(self.low[cells, table], value)
        self.high[cells, table] = np.maximum(self.high[cells, table], value)

    def lacking(self, cells: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Whether these cells have been low, and high, in no table found as they must be."""
        return lacking(*self._attained(cells), self.is_small[cells], self.min_n)

    def unproven(self, cells: np.ndarray) -> np.ndarray:
        """Whether these cells lack one or the other."""
        return np.asarray(np.logical_or(*self.lacking(cells)))

    def share(self, cells: np.ndarray) -> np.ndarray:
        """Of what these cells must be able to fall and rise, the share that the lesser one did."""
        return share(*self._attained(cells), self.is_small[cells], self.min_n)

    def _attained(self, cells: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Count, lowest and highest value of n."""
        return (
            self.count[cells].sum(axis=1),
            self.low[cells].sum(axis=1),
            self.high[cells].sum(axis=1),
        )
