"""What is withheld for a narrow count makes it wide, is little, and never what may not go."""

from dataclasses import replace
from itertools import product

import numpy as np
import pytest

from indicators.disclosure.audit import audit
from indicators.disclosure.line_rule import LineRule
from indicators.disclosure.mending import Mending
from indicators.disclosure.tables import Tables
from indicators.disclosure.task import OF_THE_MISSION, Task
from indicators.disclosure.width_rule import needed_high, needed_low
from tests.indicators.disclosure.counted_tables import (
    MIN_N,
    counted,
    narrow_cells,
    only_n,
    pair_of_ratios,
    square,
    task,
)


def test_the_smallest_change_is_withheld() -> None:
    """Rows 1 8 9 and 2 8 9, of which the first two columns are withheld: 3 in the first one.

    For the 1 to rise by four, that total must be withheld; then the total of a column or of a row
    is enough, so that nothing of the third column goes.
    """
    linked = square(np.array([[1, 8, 9], [2, 8, 9]]))
    own = task(linked)
    withheld = np.zeros(11, dtype=bool)
    withheld[[0, 1, 3, 4]] = True
    narrow = narrow_cells(linked, own, withheld)
    assert narrow[[0, 3]].all()
    mending = Mending(linked, LineRule(linked, own), own)
    found = mending.mended(withheld, only_n(narrow)[:, :1], only_n(narrow)[:, :1])
    assert not np.logical_or(*mending.attained.lacking(np.flatnonzero(narrow))).any()
    assert not narrow_cells(linked, own, found).any()
    assert found[8]
    assert not found[[2, 5, 10]].any()


@pytest.fixture(params=product(range(4), [counted, pair_of_ratios]))
def partly_withheld(request: pytest.FixtureRequest) -> tuple[Tables, Task, np.ndarray]:
    """Tables of which some cells are known, some may not go, and too little is withheld."""
    seed, counts = request.param
    linked = counts(seed)
    own = task(linked)
    random = np.random.default_rng(seed)
    share = random.random((3, len(own.primary)))
    known = ~own.primary & (share[0] < 0.3)
    prominence = np.where(share[1] < 0.2, OF_THE_MISSION, own.prominence)
    withheld = own.primary | (~known & (share[2] < 0.3))
    return linked, replace(own, known=known, prominence=prominence), withheld


@pytest.mark.parametrize("upwards", [False, True])
def test_what_is_mended_is_as_low_or_high_as_it_must_be(
    partly_withheld: tuple[Tables, Task, np.ndarray], upwards: bool
) -> None:
    """Each cell, and each amount of it, for itself; nothing known is withheld."""
    linked, own, withheld = partly_withheld
    shape = linked.amounts().shape
    mended = np.zeros(shape[1])
    cells = np.flatnonzero(narrow_cells(linked, own, withheld))[:20]
    for cell, amount in product(cells, range(min(shape[1], 2))):
        lacking = np.zeros((2, *shape), dtype=bool)
        lacking[int(upwards), cell, amount] = True
        mending = Mending(linked, LineRule(linked, own), own)
        found = mending.mended(withheld, *lacking)
        further = found & ~withheld
        assert not (further & own.known).any()
        if mending.in_vain:
            assert not further.any()
        elif not amount or own.small[cell, amount]:
            mended[amount] += 1
            small = own.small[[cell], amount]
            told = audit(linked, found, own.small[:, amount], MIN_N, np.array([cell]), amount)
            low = needed_low(told.count, small)
            high = needed_high(told.count, np.minimum(low, told.low), small, MIN_N)
            assert (told.high >= high - 1e-6 if upwards else told.low <= low + 1e-6).all()
    assert mended[: min(shape[1], 2)].all()


def test_what_cannot_rise_falls_further() -> None:
    """Of 7 + 1 + 9 = 17 the 9 and the total are known: 7 can be 8 at most, and must fall to 2."""
    linked = square(np.array([[7, 1, 9], [8, 9, 9]]))
    cells = np.arange(11)
    own = replace(task(linked), known=np.isin(cells, [2, 6]))
    withheld = np.isin(cells, [0, 1])
    alone = (cells == 0)[:, None]
    mending = Mending(linked, LineRule(linked, own), own)
    found = mending.mended(withheld, np.zeros_like(alone), alone)
    assert not mending.attained.unproven(np.array([0])).any()
    told = audit(linked, found, own.primary, MIN_N, np.array([0]))
    assert (told.low[0], told.high[0]) == (0, 8)
    assert not (found & own.known).any()


def test_with_few_to_choose_from_nothing_else_is_withheld(
    partly_withheld: tuple[Tables, Task, np.ndarray],
) -> None:
    linked, own, withheld = partly_withheld
    few = np.random.default_rng(1).random(linked.published) < 0.5
    lacks = np.zeros(linked.amounts().shape, dtype=bool)
    lacks[np.flatnonzero(narrow_cells(linked, own, withheld)), 0] = True
    rule = LineRule(linked, own)
    of_all = Mending(linked, rule, own).mended(withheld, lacks, lacks) & ~withheld
    of_few = Mending(linked, rule, own, among=few).mended(withheld, lacks, lacks) & ~withheld
    assert (of_all & ~few).any()
    assert of_few.any()
    assert not (of_few & ~few).any()


def test_the_missions_totals_are_withheld_only_where_nothing_else_helps(
    partly_withheld: tuple[Tables, Task, np.ndarray],
) -> None:
    linked, own, withheld = partly_withheld
    of_the_mission = own.prominence == OF_THE_MISSION
    nobody = np.zeros(linked.amounts().shape, dtype=bool)
    kept = replace(own, known=own.known | (of_the_mission & ~withheld))
    gone = 0
    for cell in np.flatnonzero(narrow_cells(linked, own, withheld))[:60]:
        alone = nobody.copy()
        alone[cell, 0] = True
        mending = Mending(linked, LineRule(linked, own), own)
        if (mending.mended(withheld, nobody, alone) & ~withheld & of_the_mission).any():
            gone += 1
            without = Mending(linked, LineRule(linked, kept), kept)
            assert not (without.mended(withheld, nobody, alone) & ~withheld).any()
    assert gone


def test_little_is_withheld_in_vain() -> None:
    """Of what is withheld for a cell, most is needed: shown alone, the cell is narrow again.

    Not all is, as the program makes the changes few in sum and not in number.
    """
    needed = []
    for seed in range(3):
        linked = counted(seed)
        own = task(linked)
        for cell in np.flatnonzero(narrow_cells(linked, own, own.primary))[:6]:
            alone = (np.arange(len(own.primary)) == cell)[:, None]
            mending = Mending(linked, LineRule(linked, own), own)
            found = mending.mended(own.primary, alone, alone)
            for further in np.flatnonzero(found & ~own.primary):
                shown = found.copy()
                shown[further] = False
                told = audit(linked, shown, own.primary, MIN_N, np.array([cell]))
                needed.append(not told.is_wide[0])
    assert len(needed) > 20
    assert np.mean(needed) >= 0.7
