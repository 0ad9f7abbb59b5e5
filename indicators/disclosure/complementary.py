"""Complementary suppression: more cells are withheld, so that no small one can be worked out."""

from dataclasses import dataclass, replace
from itertools import product

import numpy as np

from indicators.disclosure.attained import Attained
from indicators.disclosure.bounds import Bounds
from indicators.disclosure.derivation import Derivation, unknown_cells
from indicators.disclosure.intervals import widths
from indicators.disclosure.line_rule import LineRule
from indicators.disclosure.mending import Mending
from indicators.disclosure.showing_again import shown_again
from indicators.disclosure.tables import Tables
from indicators.disclosure.task import OF_ITS_QUARTERS, OF_THE_MISSION, TOTAL_OF_ONE, Task

# Where to look for cells to withhold: up to how prominent they may be, how many lines further.
_STEPS = list(product((TOTAL_OF_ONE, OF_THE_MISSION, OF_ITS_QUARTERS), range(5)))


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


def protect(tables: Tables, task: Task, *, quick: bool = False) -> Protection:
    """Withholds published cells until no protected count follows from what is left.

    quick: narrow counts are sought by bounds alone, which leaves most counts unproven.

    First line by line (`LineRule`). Then, while a protected cell is a linear combination of
    published ones, further cells of its lines are withheld, or of lines that cross these; the
    totals of the whole mission only where nothing else is left. Then what small counts need whose
    bounds are too narrow (`bounds.py`). Of what was withheld in this way all is shown again that
    protects nothing, the most prominent first. At last what counts need whose interval is too
    narrow (`intervals.py`) is withheld; and once more from the beginning, with nothing else to
    choose from, as what one count needs is often had from what others needed later.
    """
    rule = LineRule(tables, task)
    derivation = Derivation(tables)
    is_count = np.isfinite(tables.counts[: tables.published, 0])
    if task.known.any():  # what earlier releases gave away cannot be taken back either
        task = replace(task, known=task.known | (derivation.derivable(~task.known) & is_count))
    protected = (task.primary | task.stays) & is_count & ~task.known
    withheld = _covered(rule, derivation, task, protected)
    open_cells = derivation.derivable(withheld) & protected
    lost = _lost(tables, rule, task, withheld, singly=not quick)
    mending = Mending(tables, rule, task, quick=quick)
    small = task.primary & ~task.known & ~lost
    withheld = _extended(rule, task, mending.mended_by_bounds(withheld, small))
    withheld = shown_again(tables, rule, task, withheld, protected & ~open_cells)
    mending = Mending(tables, rule, task, quick=quick)  # what was attained is not any more
    every = is_count & ~task.known & ~lost
    withheld = _extended(rule, task, mending.mended_by_bounds(withheld, every))
    narrow, attained = lost & withheld, mending.attained
    if not quick:
        withheld, narrow, attained = _widened_by_few(tables, rule, task, withheld, mending, lost)
    unproven = withheld & is_count & (tables.counts[: tables.published, 0] > 0)
    unproven &= ~narrow & ~task.known & attained.unproven(np.arange(len(withheld)))
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


def _lost(
    tables: Tables, rule: LineRule, task: Task, withheld: np.ndarray, *, singly: bool
) -> np.ndarray:
    """Withheld counts that earlier releases make narrow, even if all else were withheld.

    singly: ask for one after the other; without it only those that single lines bound are found.
    """
    if not task.known.any():
        return np.zeros(len(withheld), dtype=bool)
    every = withheld | rule.is_free[: len(withheld)]
    asked = withheld & ~task.known
    if not singly:
        bounds = Bounds(tables, unknown_cells(tables, every), task.small, task.min_n)
        narrow = np.logical_or(*bounds.narrow_among(asked)).any(axis=1)
        return np.asarray(narrow[: len(withheld)])
    return widths(tables, every, task.small, task.min_n, asked, enough=np.inf).narrow


def _widened_by_few(
    tables: Tables,
    rule: LineRule,
    task: Task,
    withheld: np.ndarray,
    mending: Mending,
    lost: np.ndarray,
) -> tuple[np.ndarray, np.ndarray, Attained]:
    """`_widened`, then once more with only what that withheld to choose from; what was attained."""
    found, narrow = _widened(tables, rule, task, withheld, mending, lost)
    if (found == withheld).all():
        return found, narrow, mending.attained
    again = Mending(tables, rule, task, among=found)
    fewer, then_narrow = _widened(tables, rule, task, withheld, again, lost)
    if (then_narrow & ~narrow).any():  # what helped was withheld for others
        return found, narrow, mending.attained
    return fewer, then_narrow, again.attained


def _widened(
    tables: Tables,
    rule: LineRule,
    task: Task,
    withheld: np.ndarray,
    mending: Mending,
    lost: np.ndarray,
) -> tuple[np.ndarray, np.ndarray]:
    """Withholds what narrow counts need, while some are found; withheld, narrow.

    lost: narrow, and nothing helps. What lacks a proof is asked once more at last, as what others
    needed may have widened it.
    """
    attained, narrow = mending.attained, lost & withheld
    every = np.arange(len(withheld))
    while True:
        lacks = attained.unproven(every) & ~task.known
        found = widths(tables, withheld, task.small, task.min_n, lacks & ~narrow, attained)
        narrow |= found.narrow
        if not found.narrow.any():
            break
        withheld = _extended(rule, task, mending.mended(withheld, found.not_low, found.not_high))
    lacks = attained.unproven(every) & ~task.known
    asked = tables, withheld, task.small, task.min_n
    widths(*asked, lacks & lost, attained, singly=False)
    widths(*asked, lacks & ~lost, attained, enough=np.inf)  # few, if any
    return withheld, narrow & attained.unproven(every)


def _extended(rule: LineRule, task: Task, withheld: np.ndarray) -> np.ndarray:
    """Every line follows the rule, and what repeats a withheld count is withheld as well."""
    while True:
        further = rule.extend(withheld | (task.linked(withheld) & ~task.known))
        if (further == withheld).all():
            return withheld
        withheld = further
