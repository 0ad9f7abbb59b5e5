"""The fewest further cells that must be withheld to give a narrow count its interval.

A count is as low, or as high, as it must be possible to be in some table with the same published
cells. Where there is none, the table is sought that changes the published cells least, in sum and
weighted by how much they would be missed; those that it changes are withheld (a linear program for
one direction of one cell, Kelly, Golden and Assad 1992, Networks 22; Fischetti and
Salazar-Gonzalez 2001, Management Science 47). Only lines around the cell change, and totals of the
whole mission where nothing else helps: a reader misses these most.
"""

from collections.abc import Iterator
from itertools import product

import numpy as np
from scipy.sparse import block_diag, csc_matrix, csr_matrix, hstack, vstack

from indicators.disclosure.apart import apart
from indicators.disclosure.attained import Attained
from indicators.disclosure.bounds import Bounds
from indicators.disclosure.derivation import unknown_cells
from indicators.disclosure.line_rule import LineRule
from indicators.disclosure.programs import FAR, cheapest
from indicators.disclosure.tables import Tables
from indicators.disclosure.task import OF_ITS_QUARTERS, TOTAL_OF_ONE, Task
from indicators.disclosure.width_rule import CLOSE, needed_high, needed_low

# How many cells may change in a program, at first and where that does not help. The more, the fewer
# must be withheld, and the longer it takes.
_SIZES, _QUICK_SIZES = (12_000, 20_000), (1_500, 6_000, 20_000)
_SIMPLEX = 12_000  # of them; beyond, interior point is quicker
_MISSED = np.array([1.0, 2.0, 20.0, 40.0])  # price of a change by one, by prominence
_LEAST = 1e-7  # a smaller change is none
_DISTANCE = 4  # lines between two cells that are mended before bounds are looked at again
_SEED = 20263


class Mending:
    """Asks for one cell after the other; what is withheld for one costs nothing for the next."""

    def __init__(
        self,
        tables: Tables,
        rule: LineRule,
        task: Task,
        *,
        quick: bool = False,
        among: np.ndarray | None = None,
    ) -> None:
        """quick: fewer cells at once; among: published cells beside which none is withheld."""
        self.sizes = _QUICK_SIZES if quick else _SIZES
        sign = np.where(tables.is_total, 1.0, -1.0)
        shape = (tables.lines, len(tables.counts))
        self.lines = csr_matrix((sign, (tables.line, tables.cell)), shape=shape)
        self.columns = csc_matrix(self.lines)
        self.of_n = tables.for_n_only(np.arange(tables.lines))
        self.tables, self.published = tables, tables.published
        self.count = rule.counts[:, 0]
        self.small, self.min_n = task.small, task.min_n
        self.attained = Attained(tables, task.small, task.min_n)
        self.price = _MISSED[task.prominence]
        self.is_free, self.prominence = rule.is_free.copy(), rule.prominence
        if among is not None:
            self.is_free[: self.published] &= among
        self.in_vain: set[tuple[int, int, float]] = set()  # cell, amount, change: nothing helps

    def mended_by_bounds(self, withheld: np.ndarray, among: np.ndarray) -> np.ndarray:
        """What is withheld with what some of the cells need, where bounds make them narrow."""
        random = np.random.default_rng(_SEED)
        tried = np.zeros(len(withheld), dtype=bool)
        while True:
            unknown = unknown_cells(self.tables, withheld)
            bounds = Bounds(self.tables, unknown, self.small, self.min_n)
            not_low, not_high = bounds.narrow_among(withheld & among & ~tried)
            first = self._apart((not_low | not_high)[: len(withheld)].any(axis=1), random)
            if not first.any():
                return withheld
            tried |= first
            now = np.flatnonzero(~first)
            not_low[now] = not_high[now] = False
            withheld = self.mended(withheld, not_low, not_high)

    def _apart(self, cells: np.ndarray, random: np.random.Generator) -> np.ndarray:
        """Some of the cells, any two of them more than `_DISTANCE` lines from each other."""
        place = np.full(len(self.count), np.inf)
        place[np.flatnonzero(cells)] = random.random(int(cells.sum()))
        return apart(place, self.lines, self.columns, _DISTANCE)[: len(cells)]

    def mended(self, withheld: np.ndarray, not_low: np.ndarray, not_high: np.ndarray) -> np.ndarray:
        """What is withheld with what narrow cells need, as far as it goes.

        By published cell; not_low, not_high: cells x amounts, cannot be low, or high, enough. The
        largest counts first: what they need serves smaller ones in the same lines.
        """
        found = withheld.copy()
        lacks = np.stack([not_low, not_high], axis=-1)
        cells = np.flatnonzero(lacks.any(axis=(1, 2)))
        for cell in cells[np.lexsort((cells, -self.count[cells]))]:
            for amount, upwards in np.argwhere(lacks[cell]):
                if self.attained.lacking(cell[None])[upwards][0, amount]:
                    needed = self._needed(int(cell), int(amount), bool(upwards), found)
                    found[needed] = True
        return found

    def _needed(self, cell: int, amount: int, upwards: bool, withheld: np.ndarray) -> np.ndarray:
        """Published cells that it needs withheld to be low, or high, enough, if any help."""
        changes = [
            change
            for change in self._changes(cell, amount, upwards)
            if (cell, amount, change) not in self.in_vain
        ]
        for prominence, change in product((TOTAL_OF_ONE, OF_ITS_QUARTERS), changes):
            for own in self._around(cell, withheld, self.prominence <= prominence):
                changed = self._cheapest(own, cell, amount, change, withheld)
                if changed is not None:
                    return changed
        self.in_vain.update((cell, amount, change) for change in changes)
        return np.zeros(0, dtype=np.int64)

    def _changes(self, cell: int, amount: int, upwards: bool) -> list[float]:
        """By how much it must be able to change, from how low it was in a table; one is enough.

        What cannot rise so far may fall further below how high it was.
        """
        count, small = self.attained.amount[cell, amount], self.small[cell, amount]
        lowest, highest = self.attained.low[cell, amount], self.attained.high[cell, amount]
        low = needed_low(count, small)
        if not upwards:
            return [float(low - count)]
        rise = needed_high(count, min(low, lowest), small, self.min_n) - count
        fall = highest - self.min_n
        is_high = highest >= needed_high(count, fall, small, self.min_n) - CLOSE
        return [float(rise), float(fall - count)] if is_high and fall >= 0 else [float(rise)]

    def _around(self, cell: int, withheld: np.ndarray, may_go: np.ndarray) -> Iterator[np.ndarray]:
        """Cells around it that are hidden or may be withheld, each time more, ascending.

        For each of `sizes` those of as many lines as hold so many.
        """
        takes_part = self.is_free & may_go
        takes_part[: self.published] |= withheld
        takes_part[self.published :] = True
        own, asked = np.array([cell]), 1
        wider = self._further(own, takes_part)
        for size in self.sizes:
            while len(own) < len(wider) <= size:
                own, wider = wider, self._further(wider, takes_part)
            if len(own) > asked:
                asked = len(own)
                yield own

    def _further(self, own: np.ndarray, takes_part: np.ndarray) -> np.ndarray:
        """These cells with those of their lines that take part."""
        found = np.unique(self.lines[np.unique(self.columns[:, own].indices)].indices)
        return np.asarray(found[takes_part[found]])

    def _cheapest(
        self, own: np.ndarray, cell: int, amount: int, needed: float, withheld: np.ndarray
    ) -> np.ndarray | None:
        """Published cells that change in the cheapest table; None where there is no such table.

        Columns: changes of the hidden cells; rises, then falls of the published ones.
        """
        shown = own[own < self.published]
        shown = shown[~withheld[shown]]
        hidden = np.setdiff1d(own, shown)
        groups = [own for own in self.attained.groups if not amount or amount - 1 in own]
        tables = [table for own in groups for table in own]
        moves = np.concatenate([hidden == cell, np.zeros(2 * len(shown))])
        is_it = np.concatenate([moves * (amount in (0, 1 + table)) for table in tables])
        price = np.concatenate([np.zeros(len(hidden)), np.tile(self.price[shown], 2)])
        far = np.full(len(hidden) + len(shown), FAR)
        least, most = [], []
        for table in self.attained.parts[:, tables].T:
            least += [-table[hidden], np.zeros(2 * len(shown))]
            most += [far, table[shown]]
        lines = self._lines(hidden, shown, len(tables))
        change = cheapest(
            np.tile(price, len(tables)),
            vstack([lines, csr_matrix(is_it)], format="csc"),
            np.append(np.zeros(lines.shape[0]), needed),
            np.concatenate(least),
            np.concatenate(most),
            interior=len(own) > _SIMPLEX,
        )
        if change is None:
            return None
        changes = change.reshape(len(tables), -1)
        rises, falls = np.hsplit(changes[:, len(hidden) :], 2)
        net = np.column_stack([changes[:, : len(hidden)], rises - falls])
        for group in groups:
            changed = net[[tables.index(table) for table in group]]
            at = self.attained.groups.index(group)
            self.attained.add(at, np.concatenate([hidden, shown]), changed.T)
        moved = (rises + falls).sum(axis=0) > _LEAST
        return np.asarray(shown[moved])

    def _lines(self, hidden: np.ndarray, shown: np.ndarray, many: int) -> csr_matrix:
        """What holds between the columns of `_cheapest`, for so many tables beside each other."""
        columns = self.columns[:, np.concatenate([hidden, shown])]
        rows = np.unique(columns.indices)
        part = csc_matrix(csr_matrix(columns)[rows])
        one, of_n = csr_matrix(hstack([part, -part[:, len(hidden) :]])), self.of_n[rows]
        every = [block_diag([one[~of_n]] * many), hstack([one[of_n]] * many)]
        return csr_matrix(vstack(every))
