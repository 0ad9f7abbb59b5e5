"""Of what was withheld all is shown again that protects nothing, the most prominent first."""

from dataclasses import replace

import numpy as np
import pytest

from indicators.disclosure.bounds import Bounds
from indicators.disclosure.derivation import Derivation, unknown_cells
from indicators.disclosure.line_rule import LineRule
from indicators.disclosure.repeats import NO_PAIRS
from indicators.disclosure.showing_again import shown_again
from indicators.disclosure.tables import Tables
from indicators.disclosure.task import Task
from tests.indicators.disclosure.counted_tables import MIN_N, counted, only_n, task
from tests.indicators.disclosure.linked_tables import LEAVES, all_cells, follows, incidence


def told(withheld: np.ndarray, asked: np.ndarray) -> bool:
    """Whether exact elimination finds one of the cells from those that are shown."""
    cells, rows = all_cells(), incidence([1] * len(LEAVES))
    shown = [rows[cell] for cell, hidden in zip(cells, withheld, strict=True) if not hidden]
    return any(follows(shown, [rows[cells[at]] for at in np.flatnonzero(asked)]))


def stands(rule: LineRule, withheld: np.ndarray) -> bool:
    return rule.stands(np.arange(len(withheld)), withheld)


def narrow_by_lines(linked: Tables, own: Task, withheld: np.ndarray) -> np.ndarray:
    """Small withheld cells whose bounds are too narrow."""
    found = np.zeros(len(withheld), dtype=bool)
    small = np.flatnonzero(own.primary & withheld)
    bounds = Bounds(linked, unknown_cells(linked, withheld), own.small, MIN_N)
    found[small] = np.logical_or(*bounds.narrow(small)).any(axis=1)
    return found


@pytest.fixture(params=range(3))
def over_withheld(request: pytest.FixtureRequest) -> tuple[Tables, Task, np.ndarray]:
    """Tables in which far too much is withheld, and no small cell follows."""
    linked = counted(request.param)
    own = task(linked)
    random = np.random.default_rng(request.param)
    withheld = own.primary | (random.random(len(own.primary)) < 0.9)
    withheld = LineRule(linked, own).extend(withheld)
    derivable = Derivation(linked).derivable(withheld)
    return linked, replace(own, small=own.small & ~derivable[:, None]), withheld


def test_no_protected_cell_is_given_away_by_what_is_shown(
    over_withheld: tuple[Tables, Task, np.ndarray],
) -> None:
    linked, own, withheld = over_withheld
    left = shown_again(linked, LineRule(linked, own), own, withheld, own.primary)
    assert (left <= withheld).all()
    assert left.sum() < withheld.sum()
    assert not told(left, own.primary)


def test_every_cell_that_stays_withheld_is_needed(
    over_withheld: tuple[Tables, Task, np.ndarray],
) -> None:
    """Shown alone, it gives a protected cell away, makes one narrow by lines, or its lines fail."""
    linked, own, withheld = over_withheld
    rule = LineRule(linked, own)
    left = shown_again(linked, rule, own, withheld, own.primary)
    narrow = narrow_by_lines(linked, own, withheld)
    assert narrow.tolist() == narrow_by_lines(linked, own, left).tolist()
    kept = np.flatnonzero(left & ~own.primary)
    assert len(kept)
    needed = 0
    for cell in kept:
        without = left.copy()
        without[cell] = False
        without &= ~Derivation(linked).derivable(without)  # what follows is shown with it
        needed += (
            told(without, own.primary)
            or not stands(rule, without)
            or bool((narrow_by_lines(linked, own, without) & ~narrow).any())
        )
    assert needed == len(kept)


def test_of_two_that_would_do_the_prominent_one_is_shown() -> None:
    """Three of five hide beside one small cell; one of the two others is enough."""
    counts = np.array([[3.0, 0], [9, 0], [9, 0], [10, 0], [31, 0]])
    line, is_total = np.zeros(5, dtype=np.int64), np.arange(5) == 4
    linked = Tables(line, np.arange(5), is_total, counts, 5)
    small, nowhere = counts[:, 0] < MIN_N, np.zeros(5, dtype=bool)
    for prominent in (1, 2):
        prominence = (np.arange(5) == prominent).astype(np.int64)
        own = Task(
            only_n(small), np.full(5, float(MIN_N)), nowhere, nowhere, MIN_N, NO_PAIRS, prominence
        )
        left = shown_again(linked, LineRule(linked, own), own, np.arange(5) < 3, small)
        assert np.flatnonzero(left).tolist() == [0, 3 - prominent]
