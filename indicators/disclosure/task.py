"""What is to be protected in linked tables, and what readers would miss most."""

from dataclasses import dataclass

import numpy as np

# How much a cell would be missed: parts, totals of areas or of parts, the mission's, its quarter's.
ORDINARY, TOTAL_OF_ONE, OF_THE_MISSION, OF_ITS_QUARTERS = range(4)


@dataclass(frozen=True)
class Task:
    """What is to be protected, by published cell.

    small: n, numerator and rest, whether each is (cells x 3); primary: one of them is; least: cases
    below which it is small; known: published in an earlier release;
    stays: withheld in an earlier release, whose tables it would open if it were shown now; min_n:
    width that each withheld count's interval must have; same: pairs of cells (of it, with it),
    where the second holds the first one's count under another indicator and is withheld with it,
    though not the other way; prominence: how much the cell would be missed, 0 to 3.
    """

    small: np.ndarray
    least: np.ndarray
    known: np.ndarray
    stays: np.ndarray
    min_n: int
    same: np.ndarray
    prominence: np.ndarray

    @property
    def primary(self) -> np.ndarray:
        """Whether a cell is to be withheld for its own sake."""
        return np.asarray(self.small.any(axis=1))

    def of(self, own: np.ndarray) -> "Task":
        """The task of some of the cells, numbers ascending; pairs lie within them or outside."""
        inside = np.isin(self.same[:, 0], own)
        return Task(
            self.small[own],
            self.least[own],
            self.known[own],
            self.stays[own],
            self.min_n,
            np.searchsorted(own, self.same[inside]),
            self.prominence[own],
        )

    def linked(self, withheld: np.ndarray) -> np.ndarray:
        """By cell: whether it holds the count of a withheld cell of another indicator."""
        found = np.zeros(len(withheld), dtype=bool)
        found[self.same[withheld[self.same[:, 0]], 1]] = True
        return found
