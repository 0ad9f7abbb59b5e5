"""Intervals are those that all possible tables span, counted one by one."""

from dataclasses import replace
from itertools import product

import numpy as np
import pytest

from indicators.disclosure.audit import audit, is_wide
from indicators.disclosure.bounds import Bounds
from indicators.disclosure.derivation import unknown_cells
from indicators.disclosure.tables import Tables, turned_series

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


def twins() -> tuple[Tables, np.ndarray, np.ndarray]:
    """Two indicators with the same n, all of it in the numerator of the second one only."""
    counts = np.array([[4, 4, 2], [4, 4, 2]])
    one, two = square(counts), square(counts, counts)
    pairs = np.column_stack([np.arange(11), 11 + np.arange(11)])
    line = [one.line, two.line + one.lines, np.repeat(one.lines + two.lines + np.arange(11), 2)]
    cell = [one.cell, two.cell + 11, pairs.ravel()]
    is_total = [one.is_total, two.is_total, np.tile([True, False], 11)]
    both = np.concatenate([one.counts, two.counts])
    columns = (np.concatenate(own) for own in (line, cell, is_total))
    return Tables(*columns, both, 22), both, pairs


def test_what_two_indicators_share_is_n_and_not_the_numerator() -> None:
    """Each may rise and fall in its own part; beside each other no case could go anywhere."""
    linked, counts, pairs = twins()
    withheld = np.tile([True, True, False] * 2 + [False] * 5, 2)
    hidden = unknown_cells(linked, withheld)
    stuck = Bounds(linked, hidden, withheld, 1000)
    assert not stuck.fall[[0, 11]].any()
    turned = turned_series(counts, [np.arange(11), np.arange(11, 22)], pairs)
    assert turned.tolist() == [False] * 11 + [True] * 11
    linked = replace(linked, turned=turned)
    assert Bounds(linked, hidden, withheld, 1000).fall[[0, 11]].sum(axis=1).tolist() == [4, 4]
    found = audit(linked, withheld, withheld, 1000, np.array([0, 11]))
    assert found.low == pytest.approx([0, 0])
    assert found.high == pytest.approx([8, 8])


def test_a_series_that_shares_no_count_is_not_turned() -> None:
    _, counts, pairs = twins()
    nowhere = turned_series(counts, [np.arange(11), np.arange(11, 22)], pairs[:0])
    assert not nowhere.any()
    same = np.concatenate([counts[11:], counts[11:]])
    assert not turned_series(same, [np.arange(11), np.arange(11, 22)], pairs).any()
