"""Complementary suppression: more cells are withheld, so that no small one can be worked out."""

from dataclasses import dataclass, replace
from itertools import product

import numpy as np

from indicators.disclosure.derivation import Derivation
from indicators.disclosure.intervals import widths
from indicators.disclosure.line_rule import LineRule
from indicators.disclosure.mending import Mending
from indicators.disclosure.showing_again import shown_again
from indicators.disclosure.tables import Tables
from indicators.disclosure.task import OF_ITS_QUARTERS, OF_THE_MISSION, TOTAL_OF_ONE, Task

# Where to look for cells to withhold: up to how prominent they may be, how many lines further.
_STEPS = list(product((TOTAL_OF_ONE, OF_THE_MISSION, OF_ITS_QUARTERS), range(5)))

_TURNS = 4  # to look for narrow counts and to withhold what they need
_RARE = 3  # fewer in a turn: it is the last


@dataclass(frozen=True)
class Protection:
    """By published cell: withheld; and protected in vain, as nothing was left to withhold.

    known: earlier releases showed it, or it follows from what they showed; derivable: protected
    and follows from published ones all the same; narrow: withheld, and its interval is too narrow;
    unproven: withheld, and not shown to be wide or narrow.
    """

    withheld: np.ndarray
    known: np.ndarray
    derivable: np.ndarray
    narrow: np.ndarray
    unproven: np.ndarray


def protect(tables: Tables, task: Task) -> Protection:
    """Withholds published cells until no protected count follows from what is left.

    First line by line (`LineRule`). Then, while a protected cell is a linear combination of
    published ones, further cells of its lines are withheld, or of lines that cross these; the
    totals of the whole mission only where nothing else is left. Then what small counts need whose
    bounds are too narrow (`bounds.py`). Of what was withheld in this way all is shown again that
    protects nothing, the most prominent first. At last what counts need whose interval is too
    narrow (`intervals.py`) is withheld.
    """
    rule = LineRule(tables, task)
    derivation = Derivation(tables)
    is_count = np.isfinite(tables.counts[: tables.published, 0])
    if task.known.any():  # what earlier releases gave away cannot be taken back either
        task = replace(task, known=task.known | (derivation.derivable(~task.known) & is_count))
    protected = (task.primary | task.stays) & is_count & ~task.known
    withheld = _covered(rule, derivation, task, protected)
    open_cells = derivation.derivable(withheld) & protected
    mending = Mending(tables, rule, task)
    withheld = _extended(rule, task, mending.mended_by_bounds(tables, task, withheld))
    withheld = shown_again(tables, rule, task, withheld, protected & ~open_cells)
    withheld = _extended(rule, task, mending.mended_by_bounds(tables, task, withheld))
    withheld, narrow, wide = _widened(tables, rule, task, withheld, mending)
    unproven = withheld & is_count & (tables.counts[: tables.published, 0] > 0)
    unproven &= ~narrow & ~wide
    if open_cells.any():  # what was withheld for width may have closed some
        open_cells &= derivation.derivable(withheld)
    narrow &= ~open_cells
    return Protection(withheld | task.primary, task.known, open_cells, narrow, unproven)


def _covered(
    rule: LineRule, derivation: Derivation, task: Task, protected: np.ndarray
) -> np.ndarray:
    """More and more cells are withheld, until no protected one follows or nothing is left."""
    withheld = _extended(rule, task, protected)
    before, at = -1, 0
    while True:
        open_cells = derivation.derivable(withheld) & protected
        at = at + 1 if open_cells.sum() == before else 0
        before = int(open_cells.sum())
        chosen = np.zeros(0, dtype=np.int64)
        while before and not len(chosen) and at < len(_STEPS):
            prominence, reach = _STEPS[at]
            chosen = rule.cover(withheld, open_cells, reach, prominence)
            at += not len(chosen)
        if not len(chosen):
            return withheld
        withheld = withheld.copy()
        withheld[chosen] = True
        withheld = _extended(rule, task, withheld)


def _widened(
    tables: Tables, rule: LineRule, task: Task, withheld: np.ndarray, mending: Mending
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Withholds what narrow counts need, while some are found; withheld, narrow, wide.

    More withheld cells make no interval narrower: what was wide is not asked again. What is narrow
    by its bounds has been mended as far as it goes. At last it is seen what has become wide by
    what others needed.
    """
    wide, narrow = task.known.copy(), np.zeros(len(withheld), dtype=bool)
    for turn in range(_TURNS):
        asked = ~wide & ~narrow
        found = widths(tables, withheld, task.primary, task.min_n, asked, many=turn == 0)
        wide |= found.seen & ~found.narrow
        narrow |= found.narrow
        not_low, not_high = found.not_low & ~found.by_lines, found.not_high & ~found.by_lines
        withheld, is_mended = mending.mended(withheld, not_low, not_high)
        withheld = _extended(rule, task, withheld)
        wide |= is_mended
        if (not_low | not_high).sum() < _RARE:
            break
    found = widths(tables, withheld, task.primary, task.min_n, ~wide, many=True, singly=False)
    wide |= found.seen & ~found.narrow
    return withheld, (narrow | found.narrow) & withheld & ~wide, wide


def _extended(rule: LineRule, task: Task, withheld: np.ndarray) -> np.ndarray:
    """Every line follows the rule, and what repeats a withheld count is withheld as well."""
    while True:
        further = rule.extend(withheld | (task.linked(withheld) & ~task.known))
        if (further == withheld).all():
            return withheld
        withheld = further
