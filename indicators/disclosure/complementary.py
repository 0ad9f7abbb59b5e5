"""Complementary suppression: more cells are withheld so that no small one is had by subtraction.

Line by line, until every line that hides something hides enough. Combinations of several lines,
and earlier releases, are not looked at here.
"""

import numpy as np

from indicators.disclosure.lines import Lines


def protect(lines: Lines, n: np.ndarray, primary: np.ndarray, least: np.ndarray) -> np.ndarray:
    """Which cells to withhold: the primary ones and those that protect them.

    By cell: n, cases, nan where nothing is published; least, the cases below which it is small.
    A line is safe when it hides nothing, or two cells or more whose known sum does not give them
    all away (see `_is_open`). Otherwise its smallest published part that is not zero is withheld
    as well, else its total, else a zero.
    Chosen cells must be safe in their own lines, so this goes on until nothing changes.
    """
    withheld = primary.copy()
    largest = np.where((n >= 1) & (n < least), least - 1, np.inf)
    lines = _additive(lines, n, least)
    while True:
        opened = _is_open(lines, n, largest, primary, withheld)
        chosen = _first_published(lines, n, withheld, opened)
        if not len(chosen):
            return withheld
        withheld[chosen] = True


def _additive(lines: Lines, n: np.ndarray, least: np.ndarray) -> Lines:
    """The lines that a reader could subtract along: published total, parts that make it up.

    Where the parts leave out `least` cases of the total or more, or hold more than it (several
    answers allowed), the subtraction gives nothing near a cell.
    """
    cases = np.nan_to_num(n[lines.cell])
    is_published = np.isfinite(n[lines.cell])
    size = lines.size
    total = np.bincount(lines.line, cases * lines.is_total, size)
    parts = np.bincount(lines.line, cases * ~lines.is_total, size)
    has_total = np.bincount(lines.line, is_published & lines.is_total, size) > 0
    allowed = np.bincount(lines.line, least[lines.cell] * lines.is_total, size)
    remainder = total - parts
    adds = has_total & (remainder >= 0) & (remainder < np.maximum(allowed, 1))
    kept = adds[lines.line] & is_published
    numbers = np.cumsum(adds) - 1
    return Lines(numbers[lines.line[kept]], lines.cell[kept], lines.is_total[kept])


def _is_open(
    lines: Lines, n: np.ndarray, largest: np.ndarray, primary: np.ndarray, withheld: np.ndarray
) -> np.ndarray:
    """By line: whether what it hides can be worked out from what it shows.

    One hidden cell is the total less the others. Several small parts are known when their sum is
    as small as it can be (each is 1) or as large (each is just below its bound).
    """
    hidden = withheld[lines.cell]
    count = np.bincount(lines.line, hidden, lines.size)
    is_small = hidden & primary[lines.cell] & ~lines.is_total
    small = np.bincount(lines.line, is_small, lines.size)
    cases = np.bincount(lines.line[is_small], n[lines.cell[is_small]], lines.size)
    most = np.bincount(lines.line[is_small], largest[lines.cell[is_small]], lines.size)
    only_small = (small == count) & (count > 1)
    return (count == 1) | (only_small & ((cases <= small) | (cases >= most)))


def _first_published(
    lines: Lines, n: np.ndarray, withheld: np.ndarray, opened: np.ndarray
) -> np.ndarray:
    """The cell to withhold next in each open line that still shows one.

    Parts before totals, totals before zeros; then the cell that opens fewest lines which hide
    nothing yet, then the smallest. Cells are in a fixed order, which settles ties.
    """
    hides = np.bincount(lines.line, withheld[lines.cell], lines.size) > 0
    opens = np.bincount(lines.cell, ~hides[lines.line], len(n))
    free = np.flatnonzero(opened[lines.line] & ~withheld[lines.cell])
    line, cell = lines.line[free], lines.cell[free]
    rank = np.where(n[cell] == 0, 2, np.where(lines.is_total[free], 1, 0))
    order = np.lexsort((cell, n[cell], opens[cell], rank, line))
    _, first = np.unique(line[order], return_index=True)
    return np.unique(cell[order][first])
