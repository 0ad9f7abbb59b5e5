"""Narrow cells are those that the audit's programs find narrow, and what is withheld mends them."""

import numpy as np
import pytest

from indicators.disclosure.attained import Attained
from indicators.disclosure.audit import audit
from indicators.disclosure.complementary import QUICK, protect
from indicators.disclosure.derivation import blocks, unknown_cells
from indicators.disclosure.intervals import Question, widths
from indicators.disclosure.repeats import NO_PAIRS
from indicators.disclosure.tables import Tables
from indicators.disclosure.task import Task
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


@pytest.mark.parametrize("seed", range(4))
def test_every_withheld_count_is_wide_or_told_to_be_narrow(seed: int) -> None:
    linked = counted(seed)
    found = protect(linked, task(linked))
    asked = np.flatnonzero(found.withheld & (linked.counts[:, 0] > 0))
    is_small = task(linked).primary
    narrow = asked[~audit(linked, found.withheld, is_small, MIN_N, asked).is_wide]
    assert not found.unproven.any()
    assert set(narrow) == set(np.flatnonzero(found.narrow | found.derivable))


def test_what_a_quick_look_leaves_is_told_to_be_unproven() -> None:
    left = 0
    for seed in range(4):
        linked = counted(seed)
        found = protect(linked, task(linked), QUICK)
        asked = np.flatnonzero(found.withheld & (linked.counts[:, 0] > 0))
        is_small = task(linked).primary
        narrow = asked[~audit(linked, found.withheld, is_small, MIN_N, asked).is_wide]
        assert set(narrow) <= set(np.flatnonzero(found.narrow | found.derivable | found.unproven))
        left += len(narrow)
    assert left


@pytest.mark.parametrize("seed", range(4))
def test_what_is_told_is_what_the_audit_tells(seed: int) -> None:
    linked, own, withheld, asked = half_withheld(seed)
    found = widths(linked, withheld, own.primary, MIN_N, asked)
    told = audit(linked, withheld, own.primary, MIN_N, np.flatnonzero(asked))
    assert (found.seen <= asked).all()
    assert found.seen.sum() == asked.sum() or found.narrow.sum() >= 20
    wide = np.zeros(len(withheld), dtype=bool)
    wide[told.cell[told.is_wide]] = True
    assert (wide == (found.seen & ~found.narrow))[found.seen].all()


@pytest.mark.parametrize("seed", range(4))
def test_when_enough_are_found_narrow_nothing_is_told_of_what_waits(seed: int) -> None:
    """Programs alone, without the bounds: they find the same, and stop at twenty."""
    linked, own, withheld, asked = half_withheld(seed)
    narrow = np.zeros(len(withheld), dtype=bool)
    cells = np.flatnonzero(asked)
    narrow[cells[~audit(linked, withheld, own.primary, MIN_N, cells).is_wide]] = True
    for block in blocks(linked, unknown_cells(linked, withheld), asked):
        at = block.cells
        attained = Attained(linked, own.primary, MIN_N)
        found = Question(block, asked[at], attained).answers(singly=True)
        many = int(narrow[at].sum())
        assert found.narrow.sum() == min(many, 20)
        assert (narrow[at] >= found.narrow).all()
        assert not (narrow[at] & found.seen & ~found.narrow).any()
        assert many > 20 or (found.seen == asked[at]).all()
        assert many <= 20 or found.seen.sum() < asked[at].sum()


def half_withheld(seed: int) -> tuple[Tables, Task, np.ndarray, np.ndarray]:
    """Tables, their task, too few cells withheld, and those that have a count."""
    linked = counted(seed)
    own = task(linked)
    withheld = own.primary | (np.random.default_rng(seed).random(len(own.primary)) < 0.7)
    return linked, own, withheld, withheld & (linked.counts[:, 0] > 0)
