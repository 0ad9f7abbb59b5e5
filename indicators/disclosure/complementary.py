"""Complementary suppression: more cells are withheld, so that no small one can be worked out."""

from dataclasses import dataclass

import numpy as np

from indicators.disclosure.derivation import Derivation
from indicators.disclosure.intervals import needed_high, needed_low, widths
from indicators.disclosure.tables import Tables

_FURTHEST = 4


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
    """By published cell: withheld; and protected in vain, as nothing was left to withhold.

    derivable: small and follows from published ones all the same; narrow: withheld, and its
    interval is too narrow; unproven: withheld, and not shown to be wide or narrow.
    """

    withheld: np.ndarray
    derivable: np.ndarray
    narrow: np.ndarray
    unproven: np.ndarray


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
    withheld = rule.spare(withheld, protected | task.linked(withheld))
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
            withheld, narrow, wide = _widened(tables, rule, task, withheld & ~shown)
            unproven = withheld & is_count & (tables.counts[: tables.published, 0] > 0)
            unproven &= ~narrow & ~wide
            return Protection(withheld | task.primary, open_cells, narrow & ~open_cells, unproven)
        withheld[chosen] = True
        withheld = _extended(rule, task, withheld)


def _widened(
    tables: Tables, rule: "LineRule", task: Task, withheld: np.ndarray
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Withholds a cell beside each one whose interval is too narrow, while these become fewer.

    More withheld cells make no interval narrower: what was wide is not asked again.
    """
    wide = task.known.copy()
    before = len(wide) + 1
    while True:
        found = widths(tables, withheld, task.min_n, ~wide)
        wide |= found.seen & ~found.narrow
        many = int(found.narrow.sum())
        chosen = rule.cover(withheld, found.narrow, 0)
        if many >= before or not len(chosen):
            break
        before = many
        withheld = withheld.copy()
        withheld[chosen] = True
        withheld = _extended(rule, task, withheld)
    return withheld, found.narrow & withheld, wide


def _extended(rule: "LineRule", task: Task, withheld: np.ndarray) -> np.ndarray:
    """Every line follows the rule, and what repeats a withheld count is withheld as well."""
    while True:
        further = rule.extend(withheld | (task.linked(withheld) & ~task.known))
        if (further == withheld).all():
            return withheld
        withheld = further


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
        self.needed = needed_high(self.counts, needed_low(self.counts), task.min_n)
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

    def spare(self, withheld: np.ndarray, kept: np.ndarray) -> np.ndarray:
        """Shows cells again that no line needs, the largest first; `kept` stay withheld."""
        withheld = withheld.copy()
        while self.lines:
            chosen = self._spared(withheld, kept)
            if not len(chosen):
                break
            withheld[chosen] = False
        return withheld

    def cover(self, withheld: np.ndarray, derivable: np.ndarray, reach: int) -> np.ndarray:
        """For derivable cells, published cells of their lines to be withheld as well.

        `reach`: how many lines further to look, over hidden cells. Of a cell's own lines the one
        that hides least is looked at, as it binds first.
        """
        hidden = self._hidden(withheld)
        pad = np.zeros(len(hidden) - self.published, dtype=bool)
        given_away = np.concatenate([derivable, pad])
        opened = self._tightest(hidden, given_away) if not reach else self._lines_of(given_away)
        for _ in range(reach):
            given_away[self.cell[opened[self.line] & hidden[self.cell]]] = True
            opened = self._lines_of(given_away)
        hides = self._sum(hidden[self.cell].astype(np.int64)) > 0
        free = np.flatnonzero(opened[self.line] & self.is_free[self.cell] & ~hidden[self.cell])
        return self._choose(free, opened, hides, np.zeros((self.lines, 2)))

    def _lines_of(self, cells: np.ndarray) -> np.ndarray:
        return np.asarray(self._sum(cells[self.cell].astype(np.int64)) > 0)

    def _tightest(self, hidden: np.ndarray, cells: np.ndarray) -> np.ndarray:
        """Of the lines of each cell that have something to withhold, the one that hides least."""
        held = self._sum(np.where(hidden[self.cell], self.counts[self.cell, 0], 0.0))
        has_free = self._lines_of(self.is_free & ~hidden)
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

    def _spared(self, withheld: np.ndarray, kept: np.ndarray) -> np.ndarray:
        """Cells whose lines all follow the rule without them; no two of one line."""
        hidden = self._hidden(withheld)
        entry = hidden[self.cell]
        size = len(self.counts)
        candidate = hidden & ~np.concatenate([kept, np.ones(size - self.published, bool)])
        own = entry & candidate[self.cell]
        needed = np.bincount(self.cell[own & ~self._stands_without(entry)], minlength=size) > 0
        spare = np.flatnonzero(candidate & ~needed)
        spare = spare[np.lexsort((spare, -self.counts[spare, 0]))]
        place = np.full(size, np.inf)
        place[spare] = np.arange(len(spare))
        nearest = np.minimum.reduceat(place[self.cell], self.starts)
        loses = np.isfinite(place[self.cell]) & (place[self.cell] > nearest[self.line])
        place[self.cell[loses]] = np.inf
        return np.flatnonzero(np.isfinite(place))

    def _stands_without(self, entry: np.ndarray) -> np.ndarray:
        """By entry: whether its line follows the rule when the cell there is shown."""
        part = entry & ~self.is_total
        is_real = part & ~self.is_rest[self.cell]
        less = (~self.is_total).astype(np.int64)  # a total that is shown leaves its parts hidden
        many = self._sum(part.astype(np.int64))[self.line] - less
        real = self._sum(is_real.astype(np.int64))[self.line] - less
        enough = many >= 2
        for quantity in (0, 1):
            values = self.counts[self.cell, quantity]
            held = self._sum(np.where(part, values, 0.0))[self.line] - less * values
            needs = np.where(is_real, self.needed[self.cell, quantity], 0.0)
            enough &= held >= np.maximum.reduceat(needs, self.starts)[self.line]
        small = part & self.primary[self.cell]
        count = self._sum(small.astype(np.int64))[self.line]
        cases = self._sum(np.where(small, self.counts[self.cell, 0], 0.0))[self.line]
        most = self._sum(np.where(small, self.largest[self.cell], 0.0))[self.line]
        told = (count == many) & ((cases <= many) | (cases >= most))
        hides_total = self._sum((entry & self.is_total).astype(np.int64))[self.line] > 0
        under_hidden = hides_total & ~self.is_total
        return np.asarray(np.where(under_hidden, many >= 1, (real == 0) | (enough & ~told)))

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
