"""Linked tables with counts in them, for tests of what is withheld there."""

import numpy as np

from indicators.disclosure.audit import audit
from indicators.disclosure.repeats import NO_PAIRS
from indicators.disclosure.tables import Tables
from indicators.disclosure.task import Task
from tests.indicators.disclosure.linked_tables import LEAVES, all_cells, roll_ups
from tests.indicators.disclosure.test_derivation import tables

MIN_N = 5
ROWS, COLUMNS = 2, 3


def square(counts: np.ndarray, parts: np.ndarray | None = None) -> Tables:
    """A table of 2 x 3 with its row and column totals: cells, totals of rows, of columns."""
    n = [*counts.ravel(), *counts.sum(axis=1), *counts.sum(axis=0)]
    parts = np.zeros_like(counts) if parts is None else parts
    share = [*parts.ravel(), *parts.sum(axis=1), *parts.sum(axis=0)]
    found = []
    for row in range(ROWS):
        found += [(row, row * COLUMNS + column, False) for column in range(COLUMNS)]
        found.append((row, ROWS * COLUMNS + row, True))
    for column in range(COLUMNS):
        found += [(ROWS + column, row * COLUMNS + column, False) for row in range(ROWS)]
        found.append((ROWS + column, ROWS * COLUMNS + ROWS + column, True))
    line, cell, is_total = (np.array(values) for values in zip(*found, strict=True))
    both = np.array([n, share], dtype=float).T
    return Tables(line, cell, is_total, both, len(n))


def counted(seed: int) -> Tables:
    """The linked tables with counts, most of them small."""
    random = np.random.default_rng(seed)
    number = {cell: at for at, cell in enumerate(all_cells())}
    n = np.zeros(len(number))
    for leaf, count in zip(LEAVES, random.choice([1, 2, 3, 6, 9, 20], len(LEAVES)), strict=True):
        for cell in roll_ups(leaf):
            n[number[cell]] += count
    lines = tables()
    both = np.column_stack([n, np.zeros(len(n))])
    return Tables(lines.line, lines.cell, lines.is_total, both, len(n))


def pair_of_ratios(seed: int) -> Tables:
    """Two indicators over the linked tables with the same cases and other numerators."""
    random = np.random.default_rng(seed)
    one = counted(seed)
    first, second = np.zeros((2, one.published))
    number = {cell: at for at, cell in enumerate(all_cells())}
    for leaf in LEAVES:
        cases = int(one.counts[number[leaf], 0])
        for found, share in zip((first, second), (0.2, 0.7), strict=True):
            many = random.binomial(cases, share)
            for cell in roll_ups(leaf):
                found[number[cell]] += many
    return beside_each_other(one, first, second)


def beside_each_other(one: Tables, first: np.ndarray, second: np.ndarray) -> Tables:
    """Two indicators with the same lines and the same n, and these numerators."""
    size, lines = one.published, one.lines
    pairs = np.arange(size)[:, None] + [0, size]
    repeats = 2 * lines + np.arange(size)
    return Tables(
        np.concatenate([one.line, one.line + lines, np.repeat(repeats, 2)]),
        np.concatenate([one.cell, one.cell + size, pairs.ravel()]),
        np.concatenate([one.is_total, one.is_total, np.tile([True, False], size)]),
        np.vstack([np.column_stack([one.counts[:, 0], part]) for part in (first, second)]),
        2 * size,
        np.arange(2 * lines + size) >= 2 * lines,
    )


def task(linked: Tables) -> Task:
    """Small are counts and numerators below `MIN_N`, and no rests."""
    nowhere = np.zeros(linked.published, dtype=bool)
    small = np.column_stack([(linked.counts > 0) & (linked.counts < MIN_N), nowhere])
    least = np.full(linked.published, float(MIN_N))
    ordinary = np.zeros(linked.published, dtype=np.int64)
    return Task(small, least, nowhere, nowhere, MIN_N, NO_PAIRS, ordinary)


def only_n(is_small: np.ndarray) -> np.ndarray:
    """What is small where no numerator and no rest is."""
    return np.column_stack([is_small, np.zeros((len(is_small), 2), dtype=bool)])


def narrow_cells(
    linked: Tables, own: Task, withheld: np.ndarray, among: np.ndarray | None = None
) -> np.ndarray:
    """By cell whether the audit finds n too narrow, or a numerator or rest that is small."""
    asked = withheld & (linked.counts[:, 0] > 0)
    if among is not None:
        asked &= among
    found = np.zeros(len(withheld), dtype=bool)
    for amount in range(linked.amounts().shape[1]):
        small = own.small[:, amount]
        cells = np.flatnonzero(asked & small if amount else asked)
        told = audit(linked, withheld, small, MIN_N, cells, amount)
        found[told.cell[~told.is_wide]] = True
    return found


def half_withheld(
    seed: int, *, of_ratios: bool = False
) -> tuple[Tables, Task, np.ndarray, np.ndarray]:
    """Tables, their task, too few cells withheld, and those that have a count."""
    linked = pair_of_ratios(seed) if of_ratios else counted(seed)
    own = task(linked)
    withheld = np.random.default_rng(seed).random(len(own.primary)) < 0.7
    if of_ratios:  # a count is withheld under both
        withheld = np.tile(withheld[: len(withheld) // 2], 2)
    withheld |= own.primary
    return linked, own, withheld, withheld & (linked.counts[:, 0] > 0)
