"""What a reader can work out: the interval that a withheld count may lie in, by linear programs.

A reader knows every published count, that counts add up along the lines of `tables.py` and that
none is negative; of a ratio, that numerator and rest are not. What is attainable then is a
polyhedron, and a count's interval runs from its least to its largest value there (Fischetti and
Salazar-González 2001, Management Science 47). Programs are solved by HiGHS (`scipy.optimize.
linprog`). This looks at what is withheld; it withholds nothing.
"""

from dataclasses import dataclass

import numpy as np
from scipy.optimize import linprog
from scipy.sparse import csc_matrix, csr_matrix

from indicators.disclosure.derivation import Block, blocks, unknown_cells
from indicators.disclosure.forms import Form, forms
from indicators.disclosure.tables import Tables
from indicators.disclosure.width_rule import lacking

# How many lines around a cell are looked at first; what is wide there is wide in its whole block.
_REACHES = (2, 4, None)
_WHOLE = 6000  # cells of a block up to which the whole is looked at once


@dataclass(frozen=True)
class Audit:
    """By cell that was asked for: its number, count, interval, whether this is wide enough.

    Intervals that are wide enough are attained, and may be wider still; narrow ones are exact.
    """

    cell: np.ndarray
    count: np.ndarray
    low: np.ndarray
    high: np.ndarray
    is_wide: np.ndarray


def audit(
    tables: Tables,
    withheld: np.ndarray,
    is_small: np.ndarray,
    min_n: int,
    asked: np.ndarray,
    amount: int = 0,
) -> Audit:
    """Intervals of n for withheld cells; of ratios, of numerator (amount 1) or rest (2).

    withheld, is_small: by published cell; asked: numbers of withheld cells with a count, in any
    order. Wide enough: `min_n`, and for small counts two integers above and below; below 1 there
    is 0 only.
    """
    asked = np.unique(asked)
    small = is_small[asked]
    unknown = unknown_cells(tables, withheld)
    count = tables.amounts()[asked, amount]
    low, high = count.copy(), count.copy()
    in_lines = np.unique(tables.cell)
    free = unknown[asked] & ~np.isin(asked, in_lines)
    low[free], high[free] = 0, np.inf
    parts, groups = tables.parts(), tables.groups()
    for block in blocks(tables, unknown):
        at = np.flatnonzero(np.isin(asked, block.cells))
        if not len(at):
            continue
        own = np.searchsorted(block.cells, asked[at])
        question = _Question(block, parts[block.cells], groups, amount)
        low[at], high[at] = question.intervals(own, small[at], min_n)
    return Audit(asked, count, low, high, is_wide(low, high, count, small, min_n))


def is_wide(
    low: np.ndarray, high: np.ndarray, count: np.ndarray, is_small: np.ndarray, min_n: int
) -> np.ndarray:
    """Whether intervals hold what a withheld count must be possible to be."""
    not_low, not_high = lacking(count, low, high, is_small, min_n)
    return np.asarray(~not_low & ~not_high)


class _Question:
    """The intervals of some cells of one block."""

    def __init__(
        self, block: Block, counts: np.ndarray, groups: list[list[int]], amount: int
    ) -> None:
        self.block, self.counts, self.groups = block, counts, groups
        self.columns = [amount - 1] if amount else list(range(counts.shape[1]))
        self.lines = csr_matrix(block.matrix)
        self.whole: list[Form] = []

    def intervals(
        self, asked: np.ndarray, is_small: np.ndarray, min_n: int
    ) -> tuple[np.ndarray, np.ndarray]:
        """asked: cells by their place in the block."""
        reaches = _REACHES if len(self.counts) > _WHOLE else (None,)
        found = []
        for at, small in zip(asked, is_small, strict=True):
            count = self.counts[at : at + 1, self.columns].sum(axis=1)
            for reach in reaches:
                low, high = self._interval(int(at), reach)
                if is_wide(np.array([low]), np.array([high]), count, small, min_n)[0]:
                    break
            found.append((low, high))
        low, high = np.array(found).T
        return low, high

    def _interval(self, at: int, reach: int | None) -> tuple[float, float]:
        """The interval of one cell, while cells further than `reach` lines away keep theirs."""
        own, programs = np.arange(len(self.counts)), self.whole
        if reach is not None:
            own = self._around(at, reach)
            programs = self._forms(own)
        elif not programs:
            programs = self.whole = self._forms(own)
        place = int(np.searchsorted(own, at))
        count = self.counts[at, self.columns].sum()
        low = sum(self._least(1.0, place, program) for program in programs)
        high = -sum(self._least(-1.0, place, program) for program in programs)
        return float(count + low), float(count + high)

    def _forms(self, own: np.ndarray) -> list[Form]:
        part = self.block.matrix[:, own]
        lines = np.unique(part.indices)
        matrix = csc_matrix(csr_matrix(part)[lines])
        return forms(matrix, self.block.of_n[lines], self.counts[own], self.groups)

    def _around(self, at: int, reach: int) -> np.ndarray:
        own = np.array([at])
        for _ in range(reach):
            own = np.unique(self.lines[np.unique(self.block.matrix[:, own].indices)].indices)
        return own

    def _least(self, sign: float, place: int, program: Form) -> float:
        """The least change, or of its opposite, over all tables without negative counts."""
        cost = np.zeros(len(program.least))
        for column, cells in zip(program.columns, program.changes, strict=True):
            if column in self.columns:
                cost += sign * np.asarray(cells[place].todense()).ravel()
        if not cost.any():
            return 0.0
        many = program.lines.shape[0]
        result = linprog(
            cost,
            A_eq=program.lines if many else None,
            b_eq=np.zeros(many) if many else None,
            bounds=np.column_stack([program.least, program.most]),
            method="highs",
        )
        return -np.inf if result.fun is None else float(result.fun)
