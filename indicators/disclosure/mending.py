"""The fewest further cells that must be withheld to give a narrow count its interval.

A count is as low, or as high, as it must be possible to be in some table with the same published
cells. Where there is none, the table is sought that changes the published cells least, in sum and
weighted by how much they would be missed; those that it changes are withheld (a linear program for
one direction of one cell, Kelly, Golden and Assad 1992, Networks 22; Fischetti and
Salazar-Gonzalez 2001, Management Science 47). Only lines around the cell change, and no total of
the whole mission: a reader misses these more than a wider interval protects.
"""

import numpy as np
from scipy.optimize import linprog
from scipy.sparse import block_diag, csc_matrix, csr_matrix, hstack, vstack

from indicators.disclosure.apart import apart
from indicators.disclosure.bounds import Bounds
from indicators.disclosure.derivation import unknown_cells
from indicators.disclosure.line_rule import LineRule
from indicators.disclosure.programs import FAR
from indicators.disclosure.tables import Tables, not_negative
from indicators.disclosure.task import TOTAL_OF_ONE, Task
from indicators.disclosure.width_rule import needed_high, needed_low

_REACHES = (4, 6, 9)  # how many lines around the cell may change
_SIMPLEX = 3000  # cells that may change in a program; beyond, interior point is quicker
_MOST = 20_000  # of them; more take too long
_MISSED = np.array([1.0, 2.0])  # price of a change by one, by prominence; the mission's totals stay
_LEAST = 1e-7  # a smaller change is none
_DISTANCE = 4  # lines between two cells that are mended before bounds are looked at again
_SEED = 20263


class Mending:
    """Asks for one cell after the other; what is withheld for one costs nothing for the next."""

    def __init__(self, tables: Tables, rule: LineRule, task: Task) -> None:
        sign = np.where(tables.is_total, 1.0, -1.0)
        shape = (tables.lines, len(tables.counts))
        self.lines = csr_matrix((sign, (tables.line, tables.cell)), shape=shape)
        self.columns = csc_matrix(self.lines)
        self.both = not_negative(rule.counts)
        self.count, self.published = rule.counts[:, 0], tables.published
        self.is_small, self.min_n = task.primary, task.min_n
        self.price = _MISSED[np.minimum(task.prominence, TOTAL_OF_ONE)]
        self.is_free = rule.is_free & (rule.prominence <= TOTAL_OF_ONE)
        self.in_vain: set[tuple[int, bool]] = set()  # nothing helps these in this direction

    def mended_by_bounds(self, tables: Tables, task: Task, withheld: np.ndarray) -> np.ndarray:
        """What is withheld with what small cells need that are narrow by their bounds."""
        random = np.random.default_rng(_SEED)
        small = task.primary & ~task.known
        tried = np.zeros(len(withheld), dtype=bool)
        while True:
            bounds = Bounds(tables, unknown_cells(tables, withheld), task.primary, task.min_n)
            cells = np.flatnonzero(withheld & small & ~tried)
            not_low, not_high = np.zeros((2, len(withheld)), dtype=bool)
            not_low[cells], not_high[cells] = bounds.narrow(cells)
            first = self._apart(not_low | not_high, random)
            if not first.any():
                return withheld
            tried |= first
            withheld, _ = self.mended(withheld, not_low & first, not_high & first)

    def _apart(self, cells: np.ndarray, random: np.random.Generator) -> np.ndarray:
        """Some of the cells, any two of them more than `_DISTANCE` lines from each other."""
        place = np.full(len(self.count), np.inf)
        place[np.flatnonzero(cells)] = random.random(int(cells.sum()))
        return apart(place, self.lines, self.columns, _DISTANCE)[: len(cells)]

    def mended(
        self, withheld: np.ndarray, not_low: np.ndarray, not_high: np.ndarray
    ) -> tuple[np.ndarray, np.ndarray]:
        """What is withheld with what narrow cells need, as far as it goes; and which got it.

        By published cell; not_low, not_high: cannot be low, or high, enough. The largest counts
        first: what they need serves smaller ones in the same lines.
        """
        found, is_mended = withheld.copy(), not_low | not_high
        cells = np.flatnonzero(is_mended)
        for cell in cells[np.lexsort((cells, -self.count[cells]))]:
            for lacks, upwards in ((not_low, False), (not_high, True)):
                if lacks[cell]:
                    needed = self._needed(int(cell), upwards, found)
                    is_mended[cell] &= needed is not None
                    found[[] if needed is None else needed] = True
        return found, is_mended

    def _needed(self, cell: int, upwards: bool, withheld: np.ndarray) -> np.ndarray | None:
        """Published cells that the count needs withheld to be low, or high, enough, if any help."""
        if (cell, upwards) in self.in_vain:
            return None
        count, small = self.count[cell : cell + 1], self.is_small[cell : cell + 1]
        low = needed_low(count, small)
        target = needed_high(count, low, small, self.min_n) if upwards else low
        for reach in _REACHES:
            own = self._around(cell, reach, withheld)
            if len(own) > _MOST:
                break
            changed = self._cheapest(own, cell, float(target[0] - count[0]), withheld)
            if changed is not None:
                return changed
        self.in_vain.add((cell, upwards))
        return None

    def _around(self, cell: int, reach: int, withheld: np.ndarray) -> np.ndarray:
        """Cells of the lines around it that are hidden or may be withheld, ascending."""
        own = np.array([cell])
        for _ in range(reach):
            own = np.unique(self.lines[np.unique(self.columns[:, own].indices)].indices)
            hidden = np.ones(len(own), dtype=bool)
            given = own < self.published
            hidden[given] = withheld[own[given]]
            own = own[hidden | self.is_free[own]]
        return own

    def _cheapest(
        self, own: np.ndarray, cell: int, needed: float, withheld: np.ndarray
    ) -> np.ndarray | None:
        """Published cells that change in the cheapest table; None where there is no such table.

        Columns: changes of the hidden cells; rises, then falls of the published ones.
        """
        shown = own[own < self.published]
        shown = shown[~withheld[shown]]
        hidden = np.setdiff1d(own, shown)
        part = self.lines[np.unique(self.columns[:, own].indices)]
        one = hstack([part[:, hidden], part[:, shown], -part[:, shown]], format="csr")
        is_it = np.concatenate([hidden == cell, np.zeros(2 * len(shown))])
        price = np.concatenate([np.zeros(len(hidden)), np.tile(self.price[shown], 2)])
        least, most = [], []
        for table in self.both:
            least += [-np.minimum(table[hidden], FAR), np.zeros(2 * len(shown))]
            rises = np.full(len(hidden) + len(shown), FAR)
            most += [rises, np.minimum(table[shown], FAR)]
        many = len(self.both)
        lines = vstack([block_diag([one] * many), csr_matrix(np.tile(is_it, many))], format="csc")
        result = linprog(
            np.tile(price, many),
            A_eq=lines,
            b_eq=np.append(np.zeros(lines.shape[0] - 1), needed),
            bounds=np.column_stack([np.concatenate(least), np.concatenate(most)]),
            method="highs" if len(own) <= _SIMPLEX else "highs-ipm",
        )
        if result.x is None:
            return None
        changes = result.x.reshape(many, -1)[:, len(hidden) :].sum(axis=0)
        moved = changes[: len(shown)] + changes[len(shown) :] > _LEAST
        return np.asarray(shown[moved])
