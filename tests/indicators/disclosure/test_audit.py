"""Intervals are those that all possible tables span, counted one by one."""

from itertools import product

import numpy as np
import pytest

from indicators.disclosure.audit import audit, is_wide
from indicators.disclosure.tables import Tables

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
