"""Narrow cells are those that the audit's programs find narrow, and what is withheld mends them."""

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest

from indicators.disclosure.attained import Attained
from indicators.disclosure.audit import audit
from indicators.disclosure.complementary import protect
from indicators.disclosure.derivation import blocks, unknown_cells
from indicators.disclosure.intervals import ENOUGH, Question, widths
from indicators.disclosure.tables import Tables
from tests.indicators.disclosure.counted_tables import (
    MIN_N,
    counted,
    half_withheld,
    narrow_cells,
    only_n,
    pair_of_ratios,
    square,
    task,
)


@pytest.mark.parametrize("seed", range(8))
def test_narrow_cells_are_those_of_the_audit(seed: int) -> None:
    random = np.random.default_rng(seed)
    counts = random.integers(1, 6, (2, 3))
    withheld = np.zeros(11, dtype=bool)
    withheld[:6] = random.random(6) < 0.9
    linked = square(counts)
    asked = np.flatnonzero(withheld)
    is_small = linked.counts[:, 0] < 3
    found = widths(linked, withheld, only_n(is_small), MIN_N, withheld)
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


@pytest.mark.parametrize("counts", [counted, pair_of_ratios])
@pytest.mark.parametrize("seed", range(4))
def test_every_withheld_count_is_wide_or_told_to_be_narrow(
    seed: int, counts: Callable[[int], Tables]
) -> None:
    linked = counts(seed)
    found = protect(linked, task(linked))
    assert not found.unproven.any()
    narrow = narrow_cells(linked, task(linked), found.withheld)
    assert narrow.tolist() == (found.narrow | found.derivable).tolist()


def test_what_is_narrow_because_of_earlier_releases_is_so_whatever_else_is_withheld() -> None:
    many = 0
    for seed in range(6):
        linked = counted(seed)
        own, has_count = task(linked), linked.counts[:, 0] > 0
        shown = ~own.primary & (np.random.default_rng(seed).random(len(own.primary)) < 0.7)
        found = protect(linked, replace(own, known=shown))
        told = found.narrow | found.derivable
        for withheld in (found.withheld & ~found.known, has_count & ~found.known):
            assert narrow_cells(linked, own, withheld, found.withheld).tolist() == told.tolist()
        many += told.sum()
    assert many


def test_what_a_quick_look_leaves_is_told_to_be_unproven() -> None:
    left = 0
    for seed in range(4):
        linked = counted(seed)
        found = protect(linked, task(linked), quick=True)
        narrow = narrow_cells(linked, task(linked), found.withheld)
        assert (narrow <= (found.narrow | found.derivable | found.unproven)).all()
        left += narrow.sum()
    assert left


@pytest.mark.parametrize("of_ratios", [False, True])
@pytest.mark.parametrize("seed", range(4))
def test_what_is_told_is_what_the_audit_tells(seed: int, of_ratios: bool) -> None:
    linked, own, withheld, asked = half_withheld(seed, of_ratios=of_ratios)
    found = widths(linked, withheld, own.small, MIN_N, asked)
    narrow = narrow_cells(linked, own, withheld)
    assert (found.seen <= asked).all()
    assert found.seen.sum() == asked.sum() or found.narrow.sum() >= ENOUGH
    assert (narrow == found.narrow)[found.seen].all()


@pytest.mark.parametrize("enough", [3, ENOUGH, np.inf])
@pytest.mark.parametrize("seed", range(4))
def test_when_enough_are_found_narrow_nothing_is_told_of_what_waits(
    seed: int, enough: float
) -> None:
    """Programs alone, without the bounds: they find the same, and stop when they are enough."""
    linked, own, withheld, asked = half_withheld(seed)
    narrow = narrow_cells(linked, own, withheld)
    for block in blocks(linked, unknown_cells(linked, withheld), asked):
        at = block.cells
        attained = Attained(linked, own.small, MIN_N)
        found = Question(block, asked[at][:, None], attained).answers(True, enough)
        many = int(narrow[at].sum())
        assert found.narrow.sum() == min(many, enough)
        assert (narrow[at] >= found.narrow).all()
        assert not (narrow[at] & found.seen & ~found.narrow).any()
        assert many > enough or (found.seen == asked[at]).all()
        assert many <= enough or found.seen.sum() < asked[at].sum()
