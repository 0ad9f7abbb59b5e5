"""Narrow cells are those that the audit's programs find narrow, and what is withheld mends them."""

import numpy as np
import pytest

from indicators.disclosure.audit import audit
from indicators.disclosure.complementary import protect
from indicators.disclosure.intervals import widths
from indicators.disclosure.repeats import NO_PAIRS
from indicators.disclosure.tables import Tables
from indicators.disclosure.task import Task
from tests.indicators.disclosure.linked_tables import LEAVES, all_cells, roll_ups
from tests.indicators.disclosure.test_audit import square
from tests.indicators.disclosure.test_derivation import tables

MIN_N = 5
_LARGE = 20  # lines of a program above which a block is looked at by windows


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
    ordinary = np.zeros(len(n), dtype=np.int64)
    return Task((n > 0) & (n < MIN_N), least, nowhere, nowhere, MIN_N, NO_PAIRS, ordinary)


@pytest.mark.parametrize("seed", range(8))
def test_narrow_cells_are_those_of_the_audit(seed: int) -> None:
    random = np.random.default_rng(seed)
    counts = random.integers(1, 6, (2, 3))
    withheld = np.zeros(11, dtype=bool)
    withheld[:6] = random.random(6) < 0.9
    linked = square(counts)
    asked = np.flatnonzero(withheld)
    is_small = linked.counts[:, 0] < 3
    found = widths(linked, withheld, is_small, MIN_N, withheld)
    told = audit(linked, withheld, is_small, MIN_N, asked)
    assert found.seen.sum() == len(asked)
    assert found.narrow[asked].tolist() == (~told.is_wide).tolist()


def test_the_tables_above_hold_both_kinds() -> None:
    wide = [
        audit(
            square(np.random.default_rng(seed).integers(1, 6, (2, 3))), every, every, MIN_N, first
        )
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
    is_small = task(linked).primary
    narrow = asked[~audit(linked, found.withheld, is_small, MIN_N, asked).is_wide]
    assert found.unproven.sum() < len(asked) / 10
    assert set(narrow) <= set(np.flatnonzero(found.narrow | found.derivable | found.unproven))


def test_a_block_too_large_to_be_looked_at_is_not_called_wide_or_narrow() -> None:
    linked = square(np.full((2, 3), 2))
    withheld = np.arange(11) < 6
    found = widths(linked, withheld, withheld, MIN_N, withheld, largest=0)
    assert not found.seen.any()
    assert not found.narrow.any()


@pytest.mark.parametrize(("seed", "share"), [(2, 0.7), (1, 0.8), (3, 0.8)])
def test_windows_of_a_large_block_call_nothing_wide_that_is_narrow(seed: int, share: float) -> None:
    """Two of the three hold narrow cells as well."""
    linked = counted(seed)
    own = task(linked)
    withheld = own.primary | (np.random.default_rng(seed).random(len(own.primary)) < share)
    asked = withheld & (linked.counts[:, 0] > 0)
    arguments = linked, withheld, own.primary, MIN_N, asked
    large = asked & ~widths(*arguments, largest=_LARGE).seen
    found = widths(*arguments, largest=_LARGE, by_windows=True)
    assert (large & found.seen).sum() > large.sum() / 2 > 50
    assert not (large & found.narrow).any()
    assert audit(*arguments[:4], np.flatnonzero(large & found.seen)).is_wide.all()
