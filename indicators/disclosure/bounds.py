"""Bounds on withheld counts that follow from one line after the other, without a linear program.

In a line no cell can rise by more than the others can make up for, nor fall by more; a cell's
bounds are those of its tightest line, and bind the cells of its other lines in turn (Davis 1987,
"Constraint propagation with interval labels", Artificial Intelligence 32). A count that is narrow
by these bounds is narrow for a reader too; lines combined may tell more (`intervals.py`). Showing a
cell takes a fraction of a millisecond, so that every cell that protects others can be tried.
"""

import numpy as np

from indicators.disclosure.tables import Tables
from indicators.disclosure.width_rule import CLOSE, lacking

_FAR = 1e6  # no bound
_WAVES = 40  # steps from line to line; bounds hold after each

Before = list[tuple[np.ndarray, np.ndarray, np.ndarray]]


class Bounds:
    """By how much each cell can fall and rise at most while what is published stays.

    fall, rise: cells x tables (of a ratio, numerators and rests), zero or more; where lines hold
    for n only, n is one more table, bound by the others' sum.
    """

    def __init__(self, tables: Tables, unknown: np.ndarray, small: np.ndarray, min_n: int) -> None:
        """unknown: by cell, rests included (`derivation.py`).

        small: published cells x (n, numerator, rest).
        """
        order = np.argsort(tables.line, kind="stable")
        line, self.cell = tables.line[order], tables.cell[order]
        self.is_total = tables.is_total[order, None]
        self.amount, self.min_n = tables.amounts(), min_n
        self.small = small[:, : self.amount.shape[1]]
        by_cell = np.argsort(self.cell, kind="stable")
        self._lines_by_cell = line[by_cell]
        self._of_cell = np.searchsorted(self.cell[by_cell], np.arange(len(self.amount) + 1))
        self._of_line = np.searchsorted(line, np.arange(tables.lines + 1))
        self.of_n = tables.for_n_only(line)
        self.has_n = bool(self.of_n.any())
        parts = tables.parts()
        if self.has_n:
            parts = np.column_stack([parts, self.amount[:, 0]])
        self.fall = parts * unknown[:, None]
        self.rise = np.full_like(self.fall, _FAR) * unknown[:, None]
        self._tighten(np.unique(line))

    def narrow(self, cells: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """These published cells x amounts: whether they cannot be low, or high, enough.

        Only n, and small numerators and rests, must.
        """
        amount, (fall, rise) = self.amount[cells], self.room(cells)
        low, high = amount - fall, amount + rise
        not_low, not_high = lacking(amount, low, high, self.small[cells], self.min_n)
        wanted = self.small[cells]
        wanted[:, 0] = amount[:, 0] > 0
        return wanted & not_low, wanted & not_high

    def narrow_among(self, asked: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """The same for every cell, rests included x amounts; asked: by published cell."""
        not_low, not_high = np.zeros((2, *self.amount.shape), dtype=bool)
        cells = np.flatnonzero(asked)
        not_low[cells], not_high[cells] = self.narrow(cells)
        return not_low, not_high

    def room(self, cells: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """By how much these cells' amounts can fall and rise, cells x amounts."""
        fall, rise = self._amounts(self.fall[cells]), self._amounts(self.rise[cells])
        return fall, rise

    def _amounts(self, own: np.ndarray) -> np.ndarray:
        if self.amount.shape[1] == 1:
            return own
        n = own[:, -1] if self.has_n else own.sum(axis=1)
        return np.column_stack([n, own[:, :2]])

    def show(self, cells: np.ndarray) -> Before:
        """The bounds once these cells are shown. The answer takes `hide_again` back to before."""
        before = [(cells, self.fall[cells], self.rise[cells])]
        self.fall[cells] = self.rise[cells] = 0
        return before + self._tighten(self._lines_of(cells))

    def hide_again(self, before: Before) -> None:
        """The bounds before the last `show`."""
        for cells, fall, rise in reversed(before):
            self.fall[cells], self.rise[cells] = fall, rise

    def _tighten(self, lines: np.ndarray) -> Before:
        """Follows from these lines to others what their cells can make up for."""
        before: Before = []
        for _ in range(_WAVES):
            if not len(lines):
                break
            size = self._of_line[lines + 1] - self._of_line[lines]
            starts = np.cumsum(size) - size
            entry = np.repeat(self._of_line[lines] - starts, size) + np.arange(size.sum())
            cell = self.cell[entry]
            most_fall, most_rise = self._made_up_for(entry, starts, size)
            closer = (most_fall < self.fall[cell] - CLOSE) | (most_rise < self.rise[cell] - CLOSE)
            bound = closer.any(axis=1)
            moved = np.unique(cell[bound])
            before.append((moved, self.fall[moved], self.rise[moved]))
            np.minimum.at(self.fall, cell[bound], most_fall[bound])
            np.minimum.at(self.rise, cell[bound], most_rise[bound])
            if self.has_n:
                for side in (self.fall, self.rise):
                    side[moved, -1] = np.minimum(side[moved, -1], side[moved, :-1].sum(axis=1))
            lines = self._lines_of(moved)
        return before

    def _made_up_for(
        self, entry: np.ndarray, starts: np.ndarray, size: np.ndarray
    ) -> tuple[np.ndarray, np.ndarray]:
        """By entry of some lines how far the others of its line let it fall and rise."""
        cell, is_total = self.cell[entry], self.is_total[entry]
        fall, rise = self.fall[cell], self.rise[cell]
        # A part's fall is made up for by a fall of the total, or by a rise of other parts.
        for_fall, for_rise = np.where(is_total, fall, rise), np.where(is_total, rise, fall)
        of_others = [
            np.repeat(np.add.reduceat(own, starts), size, axis=0) - own
            for own in (for_fall, for_rise)
        ]
        most_fall = np.maximum(np.where(is_total, of_others[1], of_others[0]), 0)
        most_rise = np.maximum(np.where(is_total, of_others[0], of_others[1]), 0)
        if self.has_n:
            for most in (most_fall, most_rise):
                most[self.of_n[entry], :-1] = np.inf
        return most_fall, most_rise

    def _lines_of(self, cells: np.ndarray) -> np.ndarray:
        size = self._of_cell[cells + 1] - self._of_cell[cells]
        entry = np.repeat(self._of_cell[cells] - (np.cumsum(size) - size), size)
        return np.unique(self._lines_by_cell[entry + np.arange(size.sum())])
