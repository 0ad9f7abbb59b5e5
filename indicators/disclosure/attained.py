"""How low and how high withheld counts are in the tables found so far.

Each is a table with the same published cells. More withheld cells forbid none of them: what a count
once attains it keeps.
"""

import numpy as np

from indicators.disclosure.tables import Tables
from indicators.disclosure.width_rule import CLOSE, lacking, share


class Attained:
    """By cell, rests included; of a ratio, numerators and rests are two tables.

    parts: cells x tables. groups: tables that are free of those of another group, whose lowest
    values may be added. count, low, high: cells x groups, the sum of each one's tables.
    """

    def __init__(self, tables: Tables, is_small: np.ndarray, min_n: int) -> None:
        """is_small: by published cell; the rest is not."""
        self.parts, self.groups = tables.parts(), tables.groups()
        self.count = np.column_stack([self.parts[:, own].sum(axis=1) for own in self.groups])
        self.low, self.high = self.count.copy(), self.count.copy()
        free = np.setdiff1d(np.arange(len(self.count)), tables.cell)  # in no line: without bounds
        self.low[free], self.high[free] = 0, np.inf
        self.is_small = np.zeros(len(self.count), dtype=bool)
        self.is_small[: len(is_small)] = is_small
        self.min_n = min_n

    def add(self, group: int, cells: np.ndarray, change: np.ndarray) -> None:
        """One more of a group's tables: by how much these cells change, cells x the group's.

        Not if a count would be below zero.
        """
        value = self.parts[cells][:, self.groups[group]] + change
        if value.min(initial=0) < -CLOSE:
            return
        n = value.sum(axis=1)
        self.low[cells, group] = np.minimum(self.low[cells, group], n)
        self.high[cells, group] = np.maximum(self.high[cells, group], n)

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
