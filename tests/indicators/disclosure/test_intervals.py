"""Narrow cells are those that the audit's programs find narrow, and what is withheld mends them."""

import numpy as np
import pytest

from indicators.disclosure.audit import audit
from indicators.disclosure.complementary import LineRule, Task, protect
from indicators.disclosure.intervals import widths
from indicators.disclosure.tables import Tables
from tests.indicators.disclosure.linked_tables import LEAVES, all_cells, roll_ups
from tests.indicators.disclosure.test_audit import square
from tests.indicators.disclosure.test_derivation import tables

MIN_N = 5


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


def task(linked: Tables) -> Task:
    n = linked.counts[:, 0]
    nowhere = np.zeros(len(n), dtype=bool)
    least = np.full(len(n), float(MIN_N))
    return Task((n > 0) & (n < MIN_N), least, nowhere, MIN_N, np.zeros((0, 2), dtype=np.int64))


@pytest.mark.parametrize("seed", range(8))
def test_narrow_cells_are_those_of_the_audit(seed: int) -> None:
    random = np.random.default_rng(seed)
    counts = random.integers(1, 6, (2, 3))
    withheld = np.zeros(11, dtype=bool)
    withheld[:6] = random.random(6) < 0.9
    linked = square(counts)
    asked = np.flatnonzero(withheld)
    found = widths(linked, withheld, MIN_N, withheld)
    assert found.seen.sum() == len(asked)
    assert found.narrow[asked].tolist() == (~audit(linked, withheld, MIN_N, asked).is_wide).tolist()


def test_the_tables_above_hold_both_kinds() -> None:
    wide = [
        audit(square(np.random.default_rng(seed).integers(1, 6, (2, 3))), every, MIN_N, first)
        for every, first in [(np.arange(11) < 6, np.arange(6))]
        for seed in range(8)
    ]
    answers = np.concatenate([found.is_wide for found in wide])
    assert answers.any()
    assert not answers.all()


@pytest.mark.parametrize("seed", range(2))
def test_every_withheld_count_is_wide_or_told_to_be_narrow(seed: int) -> None:
    linked = counted(seed)
    found = protect(linked, task(linked))
    asked = np.flatnonzero(found.withheld & (linked.counts[:, 0] > 0))
    narrow = asked[~audit(linked, found.withheld, MIN_N, asked).is_wide]
    assert found.unproven.sum() < len(asked) / 10
    assert set(narrow) <= set(np.flatnonzero(found.narrow | found.derivable | found.unproven))


def test_a_block_too_large_to_be_looked_at_is_not_called_wide_or_narrow() -> None:
    linked = square(np.full((2, 3), 2))
    withheld = np.arange(11) < 6
    found = widths(linked, withheld, MIN_N, withheld, largest=5)
    assert not found.seen.any()
    assert not found.narrow.any()


def test_the_largest_cell_that_no_line_needs_is_shown_again() -> None:
    counts = np.array([[3.0, 0], [9, 0], [8, 0], [10, 0], [30, 0]])
    line, is_total = np.zeros(5, dtype=np.int64), np.arange(5) == 4
    linked = Tables(line, np.arange(5), is_total, counts, 5)
    own = task(linked)
    left = LineRule(linked, own).spare(np.arange(5) < 3, own.primary)
    assert np.flatnonzero(left).tolist() == [0, 2]
