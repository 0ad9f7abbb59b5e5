"""The rule of single lines: what a line hides is enough for what it hides."""

import numpy as np

from indicators.disclosure.tables import Tables
from indicators.disclosure.task import Task
from indicators.disclosure.width_rule import needed_high


class LineRule:
    """The rule of single lines: what a line hides is enough for what it hides.

    A line whose total is published must hide two cells or more, and in sum as much as must be
    possible for its largest small cell; small cells must not all be as small, or all as large, as
    their mark allows. Wide intervals need this and it is not enough for them: lines combine.
    """

    def __init__(self, tables: Tables, task: Task) -> None:
        order = np.argsort(tables.line, kind="stable")
        self.line, self.cell = tables.line[order], tables.cell[order]
        self.is_total = tables.is_total[order]
        self.starts = np.flatnonzero(np.diff(self.line, prepend=-1))
        self.lines = len(self.starts)
        self.counts = np.nan_to_num(tables.counts)
        self.published = tables.published
        pad = np.zeros(len(self.counts) - tables.published)
        self.needed = needed_high(
            self.counts, np.zeros_like(self.counts), np.ones_like(self.counts), task.min_n
        )
        self.needed[(self.counts == 0) | ~np.concatenate([task.primary, pad > 0])[:, None]] = 0
        self.is_rest = np.arange(len(self.counts)) >= tables.published
        is_free = np.isfinite(tables.counts[: tables.published, 0]) & ~task.known
        self.is_free = np.concatenate([is_free, pad > 0]) & (self.counts[:, 0] > 0)
        self.primary = np.concatenate([task.primary, pad > 0])
        least = np.concatenate([task.least, pad])
        n = self.counts[:, 0]
        self.largest = np.where(self.primary & (n < least), least - 1, np.inf)
        self.prominence = np.concatenate([task.prominence, pad])
        self._ends = np.append(self.starts[1:], len(self.line))
        self._by_cell = np.argsort(self.cell, kind="stable")
        self._of_cell = np.searchsorted(self.cell[self._by_cell], np.arange(len(self.counts) + 1))

    def extend(self, withheld: np.ndarray) -> np.ndarray:
        """Withholds more published cells until every line follows the rule, as far as they go."""
        withheld = withheld.copy()
        while self.lines:
            chosen = self._next(withheld)
            if not len(chosen):
                break
            withheld[chosen] = True
        return withheld

    def cover(
        self, withheld: np.ndarray, derivable: np.ndarray, reach: int, prominence: int
    ) -> np.ndarray:
        """For derivable cells, published cells of their lines to be withheld as well.

        `reach`: how many lines further to look, over hidden cells; `prominence`: up to which cells
        may be withheld. Of a cell's own lines the one that hides least is looked at, as it binds
        first.
        """
        hidden = self._hidden(withheld)
        may = self.is_free & ~hidden & (self.prominence <= prominence)
        pad = np.zeros(len(hidden) - self.published, dtype=bool)
        given_away = np.concatenate([derivable, pad])
        opened = (
            self._tightest(hidden, given_away, may) if not reach else self._lines_of(given_away)
        )
        for _ in range(reach):
            given_away[self.cell[opened[self.line] & hidden[self.cell]]] = True
            opened = self._lines_of(given_away)
        hides = self._sum(hidden[self.cell].astype(np.int64)) > 0
        free = np.flatnonzero(opened[self.line] & may[self.cell])
        return self._choose(free, opened, hides, np.zeros((self.lines, 2)))

    def stands(self, cells: np.ndarray, hidden: np.ndarray) -> bool:
        """Whether the lines of these cells follow the rule for the small ones that they hide.

        hidden: by cell, rests included. A line whose total is hidden is not looked at.
        """
        own = np.unique(self.line[self._entries_of(cells)])
        entry = np.concatenate([np.arange(self.starts[at], self._ends[at]) for at in own])
        entry = entry[hidden[self.cell[entry]]]
        under_hidden = np.isin(self.line[entry], self.line[entry[self.is_total[entry]]])
        entry = entry[~under_hidden]
        if not len(entry):
            return True
        line = np.searchsorted(own, self.line[entry])
        cell = self.cell[entry]
        small = self.primary[cell] & (self.counts[cell, 0] > 0)
        many, small_ones = np.bincount(line), np.bincount(line, small)
        needs = np.zeros((len(many), 2))
        np.maximum.at(needs, line, self.needed[cell])
        held = np.column_stack([np.bincount(line, counts) for counts in self.counts[cell].T])
        cases = np.bincount(line, np.where(small, self.counts[cell, 0], 0))
        most = np.bincount(line, np.where(small, self.largest[cell], 0))
        told = (small_ones == many) & ((cases <= many) | (cases >= most))
        stands = (small_ones == 0) | ((many >= 2) & (held >= needs).all(axis=1) & ~told)
        return bool(stands.all())

    def _entries_of(self, cells: np.ndarray) -> np.ndarray:
        bounds = zip(self._of_cell[cells], self._of_cell[cells + 1], strict=True)
        return np.concatenate([self._by_cell[start:end] for start, end in bounds])

    def _lines_of(self, cells: np.ndarray) -> np.ndarray:
        return np.asarray(self._sum(cells[self.cell].astype(np.int64)) > 0)

    def _tightest(self, hidden: np.ndarray, cells: np.ndarray, may: np.ndarray) -> np.ndarray:
        """Of the lines of each cell that have something to withhold, the one that hides least."""
        held = self._sum(np.where(hidden[self.cell], self.counts[self.cell, 0], 0.0))
        has_free = self._lines_of(may)
        own = np.flatnonzero(cells[self.cell] & has_free[self.line])
        order = own[np.lexsort((self.line[own], held[self.line[own]], self.cell[own]))]
        _, first = np.unique(self.cell[order], return_index=True)
        opened = np.zeros(self.lines, dtype=bool)
        opened[self.line[order[first]]] = True
        return opened

    def _hidden(self, withheld: np.ndarray) -> np.ndarray:
        return np.concatenate([withheld, np.ones(len(self.counts) - self.published, bool)])

    def _sum(self, values: np.ndarray) -> np.ndarray:
        if not self.lines:
            return np.zeros(0, dtype=values.dtype)
        return np.add.reduceat(values, self.starts)

    def _next(self, withheld: np.ndarray) -> np.ndarray:
        hidden = self._hidden(withheld)
        entry = hidden[self.cell]
        part = entry & ~self.is_total
        many = self._sum(part.astype(np.int64))
        hides_total = self._sum((entry & self.is_total).astype(np.int64)) > 0
        is_real = entry & ~self.is_rest[self.cell]
        hides = self._sum(is_real.astype(np.int64)) > 0
        lacking = np.zeros((self.lines, 2))
        for quantity in (0, 1):
            values = self.counts[self.cell, quantity]
            held = self._sum(np.where(part, values, 0.0))
            needs = np.where(part & is_real, self.needed[self.cell, quantity], 0.0)
            lacking[:, quantity] = np.maximum.reduceat(needs, self.starts) - held
        opened = ~hides_total & ((many < 2) | (lacking > 0).any(axis=1) | self._told(part, many))
        opened |= hides_total & (many == 0)
        opened &= hides
        free = np.flatnonzero(opened[self.line] & self.is_free[self.cell] & ~entry)
        return self._choose(free, opened, hides, lacking)

    def _told(self, part: np.ndarray, many: np.ndarray) -> np.ndarray:
        """Lines that hide small parts only, which together are as small or large as can be."""
        small = part & self.primary[self.cell]
        only = self._sum(small.astype(np.int64)) == many
        cases = self._sum(np.where(small, self.counts[self.cell, 0], 0.0))
        most = self._sum(np.where(small, self.largest[self.cell], 0.0))
        return np.asarray(only & ((cases <= many) | (cases >= most)))

    def _choose(
        self, free: np.ndarray, opened: np.ndarray, hides: np.ndarray, lacking: np.ndarray
    ) -> np.ndarray:
        """One cell for each open line; of lines that share cells, the best choice goes first.

        Parts that are enough alone before others, totals last; then the cell that mends most
        open lines and opens fewest new ones; then the smallest.
        """
        if not len(free):
            return free
        line, cell = self.line[free], self.cell[free]
        size = len(self.counts)
        mends = np.bincount(self.cell, opened[self.line], size)
        opens = np.bincount(self.cell, ~hides[self.line], size)
        n = self.counts[cell, 0]
        fits = (self.counts[cell] >= lacking[line]).all(axis=1)
        rank = np.where(self.is_total[free], 2, np.where(fits, 0, 1))
        order = np.lexsort((cell, np.where(rank == 1, -n, n), (opens - mends)[cell], rank, line))
        _, first = np.unique(line[order], return_index=True)
        picked = order[first]
        place = np.full(size, np.inf)
        best = np.lexsort((cell[picked], n[picked], (opens - mends)[cell[picked]], rank[picked]))
        place[cell[picked][best[::-1]]] = np.arange(len(best))[::-1]
        seen = np.where(opened[self.line], place[self.cell], np.inf)
        nearest = np.minimum.reduceat(seen, self.starts)
        beaten = opened[self.line] & (place[self.cell] > nearest[self.line])
        loses = np.zeros(size, dtype=bool)
        loses[self.cell[beaten]] = True
        chosen = np.unique(cell[picked])
        return chosen[~loses[chosen]]
