"""What a withheld count attains, it attains in a table with the same published cells."""

import numpy as np
import pytest

from indicators.disclosure.attained import Attained
from indicators.disclosure.intervals import widths
from indicators.disclosure.line_rule import LineRule
from indicators.disclosure.mending import Mending
from indicators.disclosure.tables import Tables
from tests.indicators.disclosure.test_audit import square
from tests.indicators.disclosure.test_intervals import MIN_N, counted, half_withheld, task

EXACT = 1e-5


class Watched(Attained):
    """Keeps every table that is added, as a change of all cells."""

    def __init__(self, tables: Tables, is_small: np.ndarray, min_n: int) -> None:
        super().__init__(tables, is_small, min_n)
        self.changes: list[np.ndarray] = []

    def add(self, table: int, cells: np.ndarray, change: np.ndarray) -> None:
        every = np.zeros(len(self.count))
        every[cells] = change
        self.changes.append(every)
        super().add(table, cells, change)


def of_the_lines(linked: Tables, change: np.ndarray) -> np.ndarray:
    """By line: by how much totals change less the changes of parts."""
    sign = np.where(linked.is_total, 1.0, -1.0)
    return np.bincount(linked.line, sign * change[linked.cell], minlength=linked.lines)


@pytest.mark.parametrize("seed", range(4))
def test_tables_found_hold_what_is_published(seed: int) -> None:
    linked, own, withheld, asked = half_withheld(seed)
    attained = Watched(linked, own.primary, MIN_N)
    widths(linked, withheld, own.primary, MIN_N, asked, attained)
    assert attained.changes
    for change in attained.changes:
        assert np.abs(of_the_lines(linked, change)).max() < EXACT
        assert np.abs(change[: linked.published][~withheld]).max(initial=0) < EXACT
        assert (linked.counts[:, 0] + change).min() > -EXACT


@pytest.mark.parametrize("seed", range(4))
def test_tables_found_while_mending_hold_what_is_published_then(seed: int) -> None:
    linked, own, withheld, asked = half_withheld(seed)
    mending = Mending(linked, LineRule(linked, own), own)
    watched = mending.attained = Watched(linked, own.primary, MIN_N)
    found = widths(linked, withheld, own.primary, MIN_N, asked)
    after = mending.mended(withheld, found.not_low, found.not_high)
    assert watched.changes
    assert (after & ~withheld).any()
    for change in watched.changes:
        assert np.abs(of_the_lines(linked, change)).max() < EXACT
        assert np.abs(change[: linked.published][~after]).max(initial=0) < EXACT


def test_what_was_attained_is_not_asked_again() -> None:
    linked, own, withheld, asked = half_withheld(0)
    attained = Watched(linked, own.primary, MIN_N)
    found = widths(linked, withheld, own.primary, MIN_N, asked, attained)
    wide = found.seen & ~found.narrow
    assert wide.any()
    many = len(attained.changes)
    again = widths(linked, withheld, own.primary, MIN_N, wide, attained)
    assert (again.seen == wide).all()
    assert not again.narrow.any()
    assert len(attained.changes) == many


def test_no_count_is_below_zero_in_a_table_found() -> None:
    linked = square(np.array([[1, 8, 9], [2, 8, 9]]))
    attained = Attained(linked, task(linked).primary, MIN_N)
    attained.add(0, np.array([0, 1]), np.array([-2.0, 2.0]))
    assert (attained.low == attained.high).all()
    attained.add(0, np.array([0, 1]), np.array([-1.0, 1.0]))
    assert attained.low[0, 0] == 0
    assert attained.high[1, 0] == 9


def test_a_cell_in_no_line_is_as_wide_as_it_likes() -> None:
    lines = counted(0)
    alone = Tables(lines.line, lines.cell, lines.is_total, np.vstack([lines.counts, [3, 0]]), 0)
    attained = Attained(alone, np.zeros(0, dtype=bool), MIN_N)
    assert not np.logical_or(*attained.lacking(np.array([len(lines.counts)])))[0]


def test_the_share_attained_is_that_of_the_lesser_direction() -> None:
    """A small 4 must be possible to be 2, and then 7; a large 9 must rise to 14 from 9."""
    linked = square(np.array([[4, 9, 9], [4, 9, 9]]))
    attained = Attained(linked, task(linked).primary, MIN_N)
    assert attained.share(np.array([0, 1])).tolist() == [0, 0]
    attained.add(0, np.array([0, 1]), np.array([-1.0, 1.0]))
    attained.add(0, np.array([0, 1]), np.array([3.0, -3.0]))
    assert attained.share(np.array([0]))[0] == pytest.approx(0.5)
    assert attained.share(np.array([1]))[0] == pytest.approx(0.5)
