"""Intervals are those that all possible tables span, counted one by one."""

from dataclasses import replace
from itertools import product

import numpy as np
import pytest
from scipy.optimize import linprog
from scipy.sparse import block_diag, csr_matrix, hstack, identity, vstack

from indicators.disclosure.audit import audit, is_wide
from indicators.disclosure.bounds import Bounds
from indicators.disclosure.derivation import unknown_cells
from indicators.disclosure.tables import Tables
from tests.indicators.disclosure.counted_tables import (
    COLUMNS,
    ROWS,
    beside_each_other,
    half_withheld,
    only_n,
    square,
)


def possible(counts: np.ndarray, withheld: np.ndarray) -> np.ndarray:
    """Every table with these totals and these published cells, by trying them all."""
    flat = counts.ravel()
    ranges = [
        range(int(counts.max()) * 2 + 1) if hidden else [n]
        for n, hidden in zip(flat, withheld, strict=True)
    ]
    tried = np.array(list(product(*ranges))).reshape(-1, ROWS, COLUMNS)
    same_rows = (tried.sum(axis=2) == counts.sum(axis=1)).all(axis=1)
    same_columns = (tried.sum(axis=1) == counts.sum(axis=0)).all(axis=1)
    return tried[same_rows & same_columns].reshape(-1, ROWS * COLUMNS)


@pytest.mark.parametrize("seed", range(6))
def test_intervals_are_spanned_by_the_possible_tables(seed: int) -> None:
    random = np.random.default_rng(seed)
    counts = random.integers(0, 5, (ROWS, COLUMNS))
    inside = np.array([True, True, seed % 2 == 0, True, True, seed % 3 == 0])
    inside &= counts.ravel() > 0
    withheld = np.concatenate([inside, np.zeros(ROWS + COLUMNS, dtype=bool)])
    found = audit(square(counts), withheld, withheld, 1000, np.flatnonzero(withheld))
    tables = possible(counts, inside)
    assert found.low.round(6).tolist() == tables.min(axis=0)[inside].tolist()
    assert found.high.round(6).tolist() == tables.max(axis=0)[inside].tolist()
    assert not found.is_wide.any()


def test_numerators_and_rests_of_a_ratio_are_each_not_negative() -> None:
    """Where a column holds numerators only, no case can come from the column of rests."""
    counts = np.array([[4, 4, 2], [4, 4, 2]])
    withheld = np.array([True, True, False] * 2 + [False] * 5)
    for numerators, expected in [
        (np.zeros((2, 3), dtype=int), (0, 8)),
        (np.array([[4, 0, 0], [0, 4, 0]]), (0, 8)),
        (np.array([[4, 0, 0], [4, 0, 0]]), (4, 4)),
    ]:
        found = audit(square(counts, numerators), withheld, withheld, 1000, np.array([0]))
        assert (found.low[0], found.high[0]) == pytest.approx(expected)


@pytest.mark.parametrize(
    ("low", "high", "count", "expected"),
    [
        (0, 5, 1, True),
        (0, 4, 1, False),
        (1, 9, 1, False),
        (1, 6, 3, True),
        (2, 8, 3, False),
        (0, 6, 5, False),
        (3, 8, 5, True),
        (0, np.inf, 2, True),
    ],
)
def test_width_and_two_integers_on_each_side(
    low: float, high: float, count: float, expected: bool
) -> None:
    found = is_wide(np.array([low]), np.array([high]), np.array([count]), np.array([True]), 5)
    assert found.tolist() == [expected]


@pytest.mark.parametrize(("low", "high", "expected"), [(4, 9, True), (5, 9, False), (8, 13, True)])
def test_a_count_that_is_not_small_needs_the_width_alone(
    low: float, high: float, expected: bool
) -> None:
    """Eight beside a single case that hides: nine at most, whatever else is done."""
    found = is_wide(np.array([low]), np.array([high]), np.array([8.0]), np.array([False]), 5)
    assert found.tolist() == [expected]


def twins() -> Tables:
    """Two indicators with the same n, all of it in the numerator of the second one only."""
    counts = np.array([[4, 4, 2], [4, 4, 2]])
    one = square(counts)
    return beside_each_other(one, np.zeros(one.published), one.counts[:, 0])


def test_what_two_indicators_share_is_n_and_not_the_numerator() -> None:
    """Each may rise and fall in its own part; if numerators were equal no case could move."""
    linked = twins()
    withheld = np.tile([True, True, False] * 2 + [False] * 5, 2)
    hidden = unknown_cells(linked, withheld)
    small = only_n(withheld)
    equal = Bounds(replace(linked, of_n=None), hidden, small, 1000)
    assert not equal.fall[[0, 11]].any()
    fall, _ = Bounds(linked, hidden, small, 1000).room(np.array([0, 11]))
    assert fall[:, 0].tolist() == [4, 4]
    found = audit(linked, withheld, withheld, 1000, np.array([0, 11]))
    assert found.low == pytest.approx([0, 0])
    assert found.high == pytest.approx([8, 8])


def by_one_program(linked: Tables, withheld: np.ndarray, at: int) -> tuple[float, float]:
    """The interval of n, or of a numerator, every withheld one an unknown, every line an equation.

    at: cell, counted on for numerators.
    """
    size, n = linked.published, linked.counts[:, 0]
    sign = np.where(linked.is_total, 1.0, -1.0)
    line = csr_matrix((sign, (linked.line, linked.cell)), shape=(linked.lines, size))
    of_numerators = line[~linked.of_n]
    shown = identity(size, format="csr")[~withheld]
    equations = block_diag([vstack([line, shown]), vstack([of_numerators, shown])])
    values = linked.counts.T.ravel()
    cost = (np.arange(2 * size) == at).astype(float)
    low, high = (
        linprog(
            way * cost,
            A_ub=hstack([-identity(size), identity(size)]),
            b_ub=np.zeros(size),
            A_eq=equations,
            b_eq=equations @ values,
            bounds=(0, 1000 + n.max()),
            method="highs",
        ).fun
        for way in (1, -1)
    )
    return low, -high


@pytest.mark.parametrize("seed", range(3))
def test_intervals_of_linked_ratios_are_those_of_one_large_program(seed: int) -> None:
    linked, own, withheld, asked = half_withheld(seed, of_ratios=True)
    cells = np.random.default_rng(seed).permutation(np.flatnonzero(asked))[:12]
    for amount in (0, 1):
        found = audit(linked, withheld, own.small[:, amount], 1000, cells, amount)
        assert (found.high < 1000).any()
        for cell, low, high in zip(found.cell, found.low, found.high, strict=True):
            expected = by_one_program(linked, withheld, cell + amount * linked.published)
            assert (low, min(high, 1000)) == pytest.approx(np.minimum(expected, 1000), abs=1e-5)
