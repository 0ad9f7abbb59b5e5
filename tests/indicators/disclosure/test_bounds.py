"""Bounds by single lines are those of a slow loop, never closer than the audit's, and come back."""

import numpy as np
import pytest

from indicators.disclosure.audit import audit
from indicators.disclosure.bounds import Bounds
from indicators.disclosure.derivation import unknown_cells
from indicators.disclosure.tables import Tables, not_negative
from indicators.disclosure.width_rule import share
from tests.indicators.disclosure.counted_tables import MIN_N, counted, only_n


def by_loops(linked: Tables, unknown: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Least and greatest value of each cell, a ratio's two parts in sum, line after line."""
    lows, highs = [], []
    for counts in not_negative(linked.counts):
        low, high = np.where(unknown, 0, counts), np.where(unknown, 1e6 + counts, counts)
        for _ in range(100):
            for line in range(linked.lines):
                own = linked.line == line
                total = linked.cell[own & linked.is_total][0]
                parts = linked.cell[own & ~linked.is_total]
                low[total] = max(low[total], low[parts].sum())
                high[total] = min(high[total], high[parts].sum())
                for part in parts:
                    others = parts[parts != part]
                    low[part] = max(low[part], low[total] - high[others].sum())
                    high[part] = min(high[part], high[total] - low[others].sum())
        lows.append(low)
        highs.append(high)
    return np.sum(lows, axis=0), np.sum(highs, axis=0)


def room(bounds: Bounds, cells: np.ndarray) -> np.ndarray:
    """How many times as far as they must be able to rise or fall, these cells can, at least.

    Cells x amounts.
    """
    amount, (fall, rise) = bounds.amount[cells], bounds.room(cells)
    return share(amount, amount - fall, amount + rise, bounds.small[cells], bounds.min_n)


@pytest.fixture(params=range(4))
def partly_withheld(request: pytest.FixtureRequest) -> tuple[Tables, np.ndarray, np.ndarray]:
    """Linked tables, every other one of ratios; what is small; which cells are withheld."""
    linked = counted(request.param)
    random = np.random.default_rng(request.param)
    if request.param % 2:
        linked.counts[:, 1] = counted(request.param + 10).counts[:, 0]
        linked.counts[:, 0] += linked.counts[:, 1]
    small = np.zeros((linked.published, 3), dtype=bool)
    amounts = linked.amounts()
    small[:, : amounts.shape[1]] = (amounts > 0) & (amounts < MIN_N)
    return linked, small, small.any(axis=1) | (random.random(len(small)) < 0.8)


@pytest.fixture
def bounds(partly_withheld: tuple[Tables, np.ndarray, np.ndarray]) -> Bounds:
    linked, small, withheld = partly_withheld
    return Bounds(linked, unknown_cells(linked, withheld), small, MIN_N)


def test_they_are_those_of_a_slow_loop(
    partly_withheld: tuple[Tables, np.ndarray, np.ndarray], bounds: Bounds
) -> None:
    linked, _, withheld = partly_withheld
    count = linked.counts[:, 0]
    low, high = by_loops(linked, unknown_cells(linked, withheld))
    bounded = high < 1e5
    assert (bounded & withheld).any()
    assert (count - bounds.fall.sum(axis=1)).tolist() == low.tolist()
    assert (count + bounds.rise.sum(axis=1))[bounded].tolist() == high[bounded].tolist()
    assert (bounds.rise.sum(axis=1)[~bounded] > 1e5).all()


def test_they_are_never_closer_than_the_audits(
    partly_withheld: tuple[Tables, np.ndarray, np.ndarray], bounds: Bounds
) -> None:
    """What they call narrow is narrow; in tables like these they find most of what is."""
    linked, small, withheld = partly_withheld
    for amount in range(linked.amounts().shape[1]):
        wanted = small[:, amount] if amount else linked.counts[:, 0] > 0
        asked = np.flatnonzero(withheld & wanted)
        told = audit(linked, withheld, small[:, amount], MIN_N, asked, amount)
        narrow = np.logical_or(*bounds.narrow(asked))[:, amount]
        assert not (narrow & told.is_wide).any()
        far = room(bounds, asked)[:, amount]
        assert (far[told.is_wide] >= 1 - 1e-6).all()
        if amount == 0:
            assert narrow.sum() > (~told.is_wide).sum() / 2 > 0
            assert far[narrow].max() < far[told.is_wide].mean()


def test_showing_cells_gives_the_bounds_of_tables_that_show_them_and_comes_back(
    partly_withheld: tuple[Tables, np.ndarray, np.ndarray], bounds: Bounds
) -> None:
    linked, small, withheld = partly_withheld
    random = np.random.default_rng(1)
    fall, rise = bounds.fall.copy(), bounds.rise.copy()
    for _ in range(10):
        cells = random.permutation(np.flatnonzero(withheld))[: random.integers(1, 4)]
        without = withheld.copy()
        without[cells] = False
        afresh = Bounds(linked, unknown_cells(linked, without), small, MIN_N)
        before = bounds.show(cells)
        assert bounds.fall.tolist() == afresh.fall.tolist()
        assert np.minimum(bounds.rise, 1e5).tolist() == np.minimum(afresh.rise, 1e5).tolist()
        bounds.hide_again(before)
        assert bounds.fall.tolist() == fall.tolist()
        assert bounds.rise.tolist() == rise.tolist()


@pytest.mark.parametrize(("beside", "is_narrow"), [(2.0, False), (1.0, True)])
def test_a_small_count_must_be_able_to_rise_by_two(beside: float, is_narrow: bool) -> None:
    """Four beside two can rise by two; beside one it cannot."""
    counts = np.array([[4.0, 0], [beside, 0], [9, 0], [13 + beside, 0]])
    line, is_total = np.zeros(4, dtype=np.int64), np.arange(4) == 3
    linked = Tables(line, np.arange(4), is_total, counts, 4)
    small = only_n(counts[:, 0] < MIN_N)
    bounds = Bounds(linked, unknown_cells(linked, np.arange(4) < 2), small, MIN_N)
    assert bounds.fall[0].sum() == 4
    assert bounds.rise[0].sum() == beside
    assert bounds.narrow(np.array([0]))[1][0, 0] == is_narrow
