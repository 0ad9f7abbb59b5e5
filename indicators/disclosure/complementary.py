"""Complementary suppression: more cells are withheld, so that no small one can be worked out."""

from dataclasses import dataclass

import numpy as np

from indicators.disclosure.derivation import Derivation
from indicators.disclosure.tables import Tables

_FURTHEST = 4
MARGIN = 2  # integers that must be possible on each side of a withheld count


@dataclass(frozen=True)
class Task:
    """What is to be protected, by published cell.

    primary: small; least: cases below which it is small; known: published in an earlier release;
    min_n: width that each withheld count's interval must have; same: pairs of cells (of it, with
    it), where the second holds the first one's count under another indicator.
    """

    primary: np.ndarray
    least: np.ndarray
    known: np.ndarray
    min_n: int
    same: np.ndarray

    def of(self, own: np.ndarray) -> "Task":
        """The task of some of the cells, numbers ascending; pairs lie within them or outside."""
        inside = np.isin(self.same[:, 0], own)
        return Task(
            self.primary[own],
            self.least[own],
            self.known[own],
            self.min_n,
            np.searchsorted(own, self.same[inside]),
        )

    def linked(self, withheld: np.ndarray) -> np.ndarray:
        """By cell: whether it holds the count of a withheld cell of another indicator."""
        found = np.zeros(len(withheld), dtype=bool)
        found[self.same[withheld[self.same[:, 0]], 1]] = True
        return found


@dataclass(frozen=True)
class Protection:
    """By published cell: withheld; and protected in vain, as nothing was left to withhold."""

    withheld: np.ndarray
    derivable: np.ndarray


def protect(tables: Tables, task: Task) -> Protection:
    """Withholds published cells until no protected count follows from what is left.

    First line by line (`LineRule`). Then, while a protected cell is a linear combination of
    published ones, further cells of its lines are withheld, or of lines that cross these where
    its own have none left. At last cells whose count is derivable anyhow are shown again, as
    withholding them hides nothing.
    """
    rule = LineRule(tables, task)
    derivation = Derivation(tables)
    is_count = np.isfinite(tables.counts[: tables.published, 0])
    protected = task.primary & is_count & ~task.known
    withheld = _extended(rule, task, protected)
    before, reach = -1, 0
    while True:
        derivable = derivation.derivable(withheld)
        open_cells = derivable & protected
        reach = reach + 1 if open_cells.sum() == before else 0
        before = int(open_cells.sum())
        chosen = rule.cover(withheld, open_cells, reach)
        while not len(chosen) and before and reach < _FURTHEST:
            reach += 1
            chosen = rule.cover(withheld, open_cells, reach)
        if not len(chosen):
            shown = derivable & ~protected & ~task.linked(withheld & ~derivable)
            return Protection((withheld & ~shown) | task.primary, open_cells)
        withheld[chosen] = True
        withheld = _extended(rule, task, withheld)


def _extended(rule: "LineRule", task: Task, withheld: np.ndarray) -> np.ndarray:
    """Every line follows the rule, and what repeats a withheld count is withheld as well."""
    while True:
        further = rule.extend(withheld | (task.linked(withheld) & ~task.known))
        if (further == withheld).all():
            return withheld
        withheld = further


def needed_low(count: np.ndarray) -> np.ndarray:
    """The value at or below which a withheld count must be possible."""
    return np.asarray(np.maximum(count - MARGIN, 0))


def needed_high(count: np.ndarray, min_n: int) -> np.ndarray:
    """The value at or above which it must be possible, for an interval of `min_n` with the low."""
    return np.asarray(np.maximum(count + MARGIN, needed_low(count) + min_n))


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
        self.needed = needed_high(self.counts, task.min_n)
        self.needed[(self.counts == 0) | ~np.concatenate([task.primary, pad > 0])[:, None]] = 0
        self.is_rest = np.arange(len(self.counts)) >= tables.published
        is_free = np.isfinite(tables.counts[: tables.published, 0]) & ~task.known
        self.is_free = np.concatenate([is_free, pad > 0]) & (self.counts[:, 0] > 0)
        self.primary = np.concatenate([task.primary, pad > 0])
        least = np.concatenate([task.least, pad])
        n = self.counts[:, 0]
        self.largest = np.where(self.primary & (n < least), least - 1, np.inf)

    def extend(self, withheld: np.ndarray) -> np.ndarray:
        """Withholds more published cells until every line follows the rule, as far as they go."""
        withheld = withheld.copy()
        while self.lines:
            chosen = self._next(withheld)
            if not len(chosen):
                break
            withheld[chosen] = True
        return withheld

    def cover(self, withheld: np.ndarray, derivable: np.ndarray, reach: int) -> np.ndarray:
        """For derivable cells, published cells of their lines to be withheld as well.

        `reach`: how many lines further to look, over hidden cells.
        """
        hidden = self._hidden(withheld)
        pad = np.zeros(len(hidden) - self.published, dtype=bool)
        given_away = np.concatenate([derivable, pad])
        opened = self._sum(given_away[self.cell].astype(np.int64)) > 0
        for _ in range(reach):
            given_away[self.cell[opened[self.line] & hidden[self.cell]]] = True
            opened = self._sum(given_away[self.cell].astype(np.int64)) > 0
        hides = self._sum(hidden[self.cell].astype(np.int64)) > 0
        free = np.flatnonzero(opened[self.line] & self.is_free[self.cell] & ~hidden[self.cell])
        return self._choose(free, opened, hides, np.zeros((self.lines, 2)))

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
