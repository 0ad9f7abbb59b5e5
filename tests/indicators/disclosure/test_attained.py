"""What a withheld count attains, it attains in a table with the same published cells."""

import numpy as np
import pytest

from indicators.disclosure.attained import Attained
from indicators.disclosure.intervals import widths
from indicators.disclosure.line_rule import LineRule
from indicators.disclosure.mending import Mending
from indicators.disclosure.tables import Tables
from tests.indicators.disclosure.counted_tables import (
    MIN_N,
    counted,
    half_withheld,
    only_n,
    square,
    task,
)

EXACT = 1e-5


class Watched(Attained):
    """Keeps every table that is added, as a change of all cells."""

    def __init__(self, tables: Tables, is_small: np.ndarray, min_n: int) -> None:
        super().__init__(tables, is_small, min_n)
        self.changes: list[np.ndarray] = []

    def add(self, group: int, cells: np.ndarray, change: np.ndarray) -> None:
        every = np.zeros_like(self.parts)
        every[np.ix_(cells, self.groups[group])] = change
        self.changes.append(every)
        super().add(group, cells, change)


def hold(linked: Tables, change: np.ndarray) -> bool:
    """Whether totals change as their parts do, or n does where a line says no more."""
    sign = np.where(linked.is_total, 1.0, -1.0)
    moves = np.column_stack(
        [
            np.bincount(linked.line, sign * own[linked.cell], minlength=linked.lines)
            for own in change.T
        ]
    )
    of_n = linked.for_n_only(np.arange(linked.lines))
    both = np.abs(moves[~of_n]).max(initial=0), np.abs(moves.sum(axis=1)).max()
    return bool(max(both) < EXACT)


@pytest.mark.parametrize("of_ratios", [False, True])
@pytest.mark.parametrize("seed", range(4))
def test_tables_found_hold_what_is_published(seed: int, of_ratios: bool) -> None:
    linked, own, withheld, asked = half_withheld(seed, of_ratios=of_ratios)
    attained = Watched(linked, own.small, MIN_N)
    widths(linked, withheld, own.small, MIN_N, asked, attained)
    assert attained.changes
    for change in attained.changes:
        assert hold(linked, change)
        assert np.abs(change[: linked.published][~withheld]).max(initial=0) < EXACT
        assert (linked.parts() + change).min() > -EXACT


@pytest.mark.parametrize("of_ratios", [False, True])
@pytest.mark.parametrize("seed", range(4))
def test_tables_found_while_mending_hold_what_is_published_then(seed: int, of_ratios: bool) -> None:
    linked, own, withheld, asked = half_withheld(seed, of_ratios=of_ratios)
    mending = Mending(linked, LineRule(linked, own), own)
    watched = mending.attained = Watched(linked, own.small, MIN_N)
    found = widths(linked, withheld, own.small, MIN_N, asked)
    after = mending.mended(withheld, found.not_low, found.not_high)
    assert watched.changes
    assert (after & ~withheld).any()
    for change in watched.changes:
        assert hold(linked, change)
        assert np.abs(change[: linked.published][~after]).max(initial=0) < EXACT


def test_what_was_attained_is_not_asked_again() -> None:
    linked, own, withheld, asked = half_withheld(0)
    attained = Watched(linked, own.small, MIN_N)
    found = widths(linked, withheld, own.small, MIN_N, asked, attained)
    wide = found.seen & ~found.narrow
    assert wide.any()
    many = len(attained.changes)
    again = widths(linked, withheld, own.small, MIN_N, wide, attained)
    assert (again.seen == wide).all()
    assert not again.narrow.any()
    assert len(attained.changes) == many


def test_no_count_is_below_zero_in_a_table_found() -> None:
    linked = square(np.array([[1, 8, 9], [2, 8, 9]]))
    attained = Attained(linked, task(linked).small, MIN_N)
    attained.add(0, np.array([0, 1]), np.array([[-2.0], [2.0]]))
    assert (attained.low == attained.high).all()
    attained.add(0, np.array([0, 1]), np.array([[-1.0], [1.0]]))
    assert attained.low[0, 0] == 0
    assert attained.high[1, 0] == 9


def test_a_cell_in_no_line_is_as_wide_as_it_likes() -> None:
    lines = counted(0)
    alone = Tables(lines.line, lines.cell, lines.is_total, np.vstack([lines.counts, [3, 0]]), 0)
    attained = Attained(alone, only_n(np.zeros(0, dtype=bool)), MIN_N)
    assert not np.logical_or(*attained.lacking(np.array([len(lines.counts)])))[0, 0]


def test_the_share_attained_is_that_of_the_lesser_direction() -> None:
    """A small 4 must be possible to be 2, and then 7; a large 9 must rise to 14 from 9."""
    linked = square(np.array([[4, 9, 9], [4, 9, 9]]))
    attained = Attained(linked, task(linked).small, MIN_N)
    assert attained.share(np.array([0, 1])).tolist() == [[0], [0]]
    attained.add(0, np.array([0, 1]), np.array([[-1.0], [1.0]]))
    attained.add(0, np.array([0, 1]), np.array([[3.0], [-3.0]]))
    assert attained.share(np.array([0]))[0, 0] == pytest.approx(0.5)
    assert attained.share(np.array([1]))[0, 0] == pytest.approx(0.5)
