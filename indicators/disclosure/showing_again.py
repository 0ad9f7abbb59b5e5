"""Showing cells again that protect nothing, so that no more is withheld than must be.

A cell that is shown fixes every hidden one whose count is a multiple of its own in all tables with
the same published cells; it protects something where a small cell is among these, or where a line
would not hide enough any more. Tables are random ones (`derivation.changes`): showing a cell takes
one direction from them, so that one factorisation answers for many cells. This is elimination
cell by cell, the most prominent first (Langsrud 2024, "Secondary cell suppression by Gaussian
elimination", PSD 2024), begun where only few are withheld.
"""

import numpy as np

from indicators.disclosure.bounds import Bounds
from indicators.disclosure.derivation import (
    VANISHES,
    Block,
    Derivation,
    blocks,
    changes,
    unknown_cells,
)
from indicators.disclosure.line_rule import LineRule
from indicators.disclosure.tables import Tables
from indicators.disclosure.task import Task

_MANY = 160  # random tables of a block
_ROUNDS = 8  # of as many cells to be shown; what still waits then stays withheld
_LEFT = 6  # of them that must be left: in fewer, cells look alike by chance
_NOTHING = 1e-6  # share of a row's squared size below which nothing is left of it
_SEED = 20262
_ALIKE = 1e-8  # squared sine of the angle between two cells that are multiples of each other


def shown_again(
    tables: Tables, rule: LineRule, task: Task, withheld: np.ndarray, protected: np.ndarray
) -> np.ndarray:
    """The withheld cells without those that protect nothing; by published cell.

    protected: cells that must not follow from published ones, and do not follow yet.
    """
    found = withheld.copy()
    linked = task.linked(withheld)
    waits = withheld & ~task.primary & ~linked & ~protected
    kept = protected | (withheld & linked)
    rests = np.zeros(len(tables.counts) - tables.published, dtype=bool)
    in_lines = np.zeros(len(tables.counts), dtype=bool)
    in_lines[tables.cell] = True
    stays = _StaysWide(tables, task, found)
    for _ in range(_ROUNDS):
        unknown = unknown_cells(tables, found)
        told = waits & ~unknown[: tables.published]
        found[told] = waits[told] = False
        free = waits & ~in_lines[: tables.published]
        found[free] = waits[free] = False
        for block in blocks(tables, unknown, np.concatenate([waits, rests])):
            _Elimination(block, rule, stays, task, found, kept, waits).run()
    return _with_proof(tables, withheld, found, protected)


def _with_proof(
    tables: Tables, withheld: np.ndarray, found: np.ndarray, protected: np.ndarray
) -> np.ndarray:
    """What was shown is hidden again in blocks where it gives a protected cell away after all."""
    opened = Derivation(tables).derivable(found) & protected
    if opened.any():
        rests = np.zeros(len(tables.counts) - tables.published, dtype=bool)
        wanted = np.concatenate([opened, rests])
        for block in blocks(tables, unknown_cells(tables, withheld), wanted):
            own = block.cells[block.cells < tables.published]
            found[own] = withheld[own]
    return found


class _StaysWide:
    """Whether small cells keep their bounds (`bounds.py`) when others are shown."""

    def __init__(self, tables: Tables, task: Task, withheld: np.ndarray) -> None:
        unknown = unknown_cells(tables, withheld)
        self.bounds = Bounds(tables, unknown, task.small, task.min_n)
        self.is_wide = np.zeros(self.bounds.amount.shape, dtype=bool)
        small = np.flatnonzero(task.primary & ~task.known & withheld)
        self.is_wide[small] = ~np.logical_or(*self.bounds.narrow(small))

    def without(self, cells: np.ndarray) -> bool:
        """Whether no small cell becomes narrow once these are shown; if none does, they are."""
        before = self.bounds.show(cells)
        moved = np.unique(np.concatenate([some for some, _, _ in before]))
        moved = moved[self.is_wide[moved].any(axis=1)]
        not_low, not_high = self.bounds.narrow(moved)
        if ((not_low | not_high) & self.is_wide[moved]).any():
            self.bounds.hide_again(before)
            return False
        return True

    def show(self, cells: np.ndarray) -> None:
        """These are shown, whatever becomes narrow."""
        self.bounds.show(cells)


class _Elimination:
    """The cells of one block, one after the other, until too few random tables are left.

    Cells that are multiples of each other are one row; what neither waits nor is kept has none.
    """

    def __init__(
        self,
        block: Block,
        rule: LineRule,
        stays: _StaysWide,
        task: Task,
        found: np.ndarray,
        kept: np.ndarray,
        waits: np.ndarray,
    ) -> None:
        self.rule, self.stays, self.found, self.waits = rule, stays, found, waits
        own = block.cells[block.cells < len(found)]
        row = np.flatnonzero(waits[own] | kept[own])
        self.cells = own[row]
        self.left = min(_MANY, int(waits[own].sum()) + _LEFT)
        self.changes = changes(block, self.left)[row]
        self._show(self.cells[np.abs(self.changes).max(axis=1, initial=0) < VANISHES])
        self.row = _rows(self.changes)
        _, first = np.unique(self.row, return_index=True)
        self.changes = self.changes[first]
        self.size = (self.changes**2).sum(axis=1)
        self.nothing = _NOTHING * self.size
        self.kept = np.bincount(self.row, kept[self.cells]) > 0
        self.hidden = np.zeros(len(rule.counts), dtype=bool)
        self.hidden[block.cells] = True
        self.prominence = task.prominence

    def run(self) -> None:
        """Shows cells in `found`; what is settled does not wait any more."""
        self.waits[self.cells[self.kept[self.row]]] = False
        for at in self._order():
            if self.left == _LEFT:
                return
            if self.waits[self.cells[at]]:
                self.left -= self._settled(self.row[at])

    def _order(self) -> np.ndarray:
        """The cells that wait, the most prominent first, and of these the largest."""
        waiting = np.flatnonzero(self.waits[self.cells])
        cells = self.cells[waiting]
        keys = (cells, -self.rule.counts[cells, 0], -self.prominence[cells])
        return np.asarray(waiting[np.lexsort(keys)])

    def _settled(self, row: int) -> bool:
        """Shows a row's cells and what follows from them, or keeps them; whether it showed."""
        moves = self.size > self.nothing
        if not moves[row]:
            self._show(self.cells[self.row == row])
            return False
        along = np.einsum("ij,j->i", self.changes, self.changes[row])  # no threads of its own
        alike = along**2 >= (1 - _ALIKE) * self.size * self.size[row]
        alike &= moves
        together = self.cells[alike[self.row]]
        if self.kept[alike].any() or not self._stands_without(together):
            self.waits[together] = False
            return False
        self._show(together)
        self.changes -= np.outer(along / self.size[row], self.changes[row])
        self.size = (self.changes**2).sum(axis=1)
        return True

    def _show(self, cells: np.ndarray) -> None:
        shown = cells[self.waits[cells]]
        self.stays.show(shown)
        self.found[shown] = self.waits[shown] = False

    def _stands_without(self, cells: np.ndarray) -> bool:
        self.hidden[cells] = False
        stands = self.rule.stands(cells, self.hidden) and self.stays.without(cells)
        self.hidden[cells] = not stands
        return stands


def _rows(changes: np.ndarray) -> np.ndarray:
    """By cell the number of its row: equal numbers are multiples of each other."""
    size = np.maximum(np.sqrt((changes**2).sum(axis=1)), VANISHES)
    seen = changes @ np.random.default_rng(_SEED).normal(size=(changes.shape[1], 3)) / size[:, None]
    seen *= np.where(seen[:, :1] < 0, -1, 1)
    _, row = np.unique(np.round(seen, 6), axis=0, return_inverse=True)
    return np.asarray(row.ravel())
