"""Which withheld counts keep a wide interval: tables are sought that show it, for many at a time.

A table with the same published cells, in which a withheld count is as low or as high as it must be
possible to be, proves this for that count, and for every other one that is low or high in it. Each
linear program therefore asks for many cells at once, no two of one line. It is written over the
finest cells only (totals are sums of parts), with equal cells merged, and HiGHS goes on from the
last table it found: `linprog` would begin anew for every question. A cell that was asked alone
and that no table proves is narrow; `audit.py` asks the same of single cells through `linprog`.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import numpy as np
from scipy.optimize._highspy import _core as highs
from scipy.sparse import block_diag, csc_matrix, csr_matrix

from indicators.disclosure.derivation import Block, blocks, unknown_cells
from indicators.disclosure.reduction import Reduced, reduced
from indicators.disclosure.tables import Tables

MARGIN = 2  # integers that must be possible on each side of a small count
LARGEST = 1300  # lines of a block's program; larger ones take too long
FAR = 1000  # a count may change by less, so that no program is without bound
_TOGETHER = 2000  # cells up to which small blocks are asked together
_ROUNDS = 60
_IDLE = 3  # programs without a new proof before cells are asked one by one
_SINGLY = 40  # of them; of the rest nothing is told
_CLOSE = 1e-6
_SEED = 20261


def needed_low(count: np.ndarray, is_small: np.ndarray) -> np.ndarray:
    """The value at or below which a withheld count must be possible.

    Integers on each side are for small counts. Where a single case hides beside a large count,
    that one can rise by one case only, and a third cell for its sake would protect nobody.
    """
    return np.asarray(np.maximum(count - MARGIN * is_small, 0))


def needed_high(count: np.ndarray, low: np.ndarray, is_small: np.ndarray, min_n: int) -> np.ndarray:
    """The value at or above which it must be possible, for an interval of `min_n` from `low`."""
    return np.asarray(np.maximum(count + MARGIN * is_small, low + min_n))


@dataclass(frozen=True)
class Widths:
    """By published cell: told to be wide or narrow, and then whether it is narrow."""

    seen: np.ndarray
    narrow: np.ndarray


def widths(
    tables: Tables,
    withheld: np.ndarray,
    is_small: np.ndarray,
    min_n: int,
    asked: np.ndarray,
    largest: int = LARGEST,
) -> Widths:
    """Which of the withheld cells asked for are narrow, in programs of up to `largest` lines.

    withheld, is_small, asked: by published cell. A cell that follows by subtraction alone is
    narrow; one that lies in no line is wide.
    """
    unknown = unknown_cells(tables, withheld)
    wanted = np.zeros(len(unknown), dtype=bool)
    wanted[: tables.published] = asked & withheld & (tables.counts[: tables.published, 0] > 0)
    small = np.zeros(len(unknown), dtype=bool)
    small[: tables.published] = is_small
    narrow = wanted & ~unknown
    seen = wanted.copy()
    for block in _grouped(blocks(tables, unknown, wanted)):
        own, program = block.cells, reduced(block.matrix)
        if program.lines.shape[0] > largest:
            seen[own] = False
            continue
        counts = tables.counts[own]
        question = _Question(block, program, counts, wanted[own], small[own], min_n)
        answers = question.answers()
        seen[own], narrow[own] = answers.seen, answers.narrow
    return Widths(seen[: tables.published], narrow[: tables.published])


def _grouped(found: Iterable[Block]) -> Iterator[Block]:
    """Small blocks together, so that one program serves many."""
    waiting: list[Block] = []
    for block in found:
        waiting.append(block)
        if sum(len(one.cells) for one in waiting) >= _TOGETHER:
            yield from _joined(waiting)
            waiting = []
    yield from _joined(waiting)


def _joined(parts: list[Block]) -> Iterator[Block]:
    small = [block for block in parts if len(block.cells) < _TOGETHER]
    yield from (block for block in parts if len(block.cells) >= _TOGETHER)
    if small:
        cells = np.concatenate([block.cells for block in small])
        yield Block(cells, csc_matrix(block_diag([block.matrix for block in small], format="csc")))


class _Question:
    """The narrow cells of one block; of a ratio, numerators and rests are two tables."""

    def __init__(
        self,
        block: Block,
        program: Reduced,
        counts: np.ndarray,
        wanted: np.ndarray,
        is_small: np.ndarray,
        min_n: int,
    ) -> None:
        n, part = counts[:, 0], counts[:, 1]
        both = [part, n - part] if part.any() else [n]
        self.programs = [_Program(program, table) for table in both]
        self.count, self.wanted, self.is_small, self.min_n = n, wanted, is_small, min_n
        self.rows, self.columns = csr_matrix(block.matrix), csc_matrix(block.matrix)
        self.random = np.random.default_rng(_SEED)

    def answers(self) -> Widths:
        """Programs up and down in turn, as more is missing there; then cells one by one."""
        idle = 0
        for turn in range(_ROUNDS):
            low, high = self._lacking()
            before = int(low.sum() + high.sum())
            if not before or idle == _IDLE:
                break
            upwards = bool(high.sum() > low.sum()) != (turn % 4 == 3)
            if not (high if upwards else low).any():
                upwards = not upwards
            self._ask(self._apart(high if upwards else low), upwards)
            low, high = self._lacking()
            idle = idle + 1 if low.sum() + high.sum() == before else 0
        single = self._ask_singly()
        low, high = self._lacking()
        narrow = (low | high) & single
        return Widths(self.wanted & (single | ~(low | high)), narrow)

    def _ask(self, cells: np.ndarray, upwards: bool) -> None:
        for program in self.programs:
            program.ask(-cells.astype(float) if upwards else cells.astype(float))

    def _ask_singly(self) -> np.ndarray:
        """Some of the cells that lack a proof, one by one: what lacks it then is narrow."""
        low, high = self._lacking()
        single = np.zeros(len(self.count), dtype=bool)
        single[self.random.permutation(np.flatnonzero(low | high))[:_SINGLY]] = True
        for at in np.flatnonzero(single):
            one = np.arange(len(self.count)) == at
            for upwards in (False, True):
                if self._lacking()[upwards][at]:
                    self._ask(one, upwards)
        return single

    def _lacking(self) -> tuple[np.ndarray, np.ndarray]:
        low = np.sum([program.low for program in self.programs], axis=0)
        high = np.sum([program.high for program in self.programs], axis=0)
        too_high = low > needed_low(self.count, self.is_small) + _CLOSE
        too_low = high < needed_high(self.count, low, self.is_small, self.min_n) - _CLOSE
        return self.wanted & too_high, self.wanted & too_low

    def _apart(self, cells: np.ndarray) -> np.ndarray:
        """Some of the cells, no two of one line."""
        place = np.where(cells, self.random.random(len(cells)), np.inf)
        first = np.minimum.reduceat(place[self.rows.indices], self.rows.indptr[:-1])
        nearest = np.minimum.reduceat(first[self.columns.indices], self.columns.indptr[:-1])
        return np.asarray(cells & (place <= nearest))


class _Program:
    """One table's program, and the lowest and highest value of each cell in what it found."""

    def __init__(self, reduced: Reduced, count: np.ndarray) -> None:
        self.low, self.high, self.count = count.copy(), count.copy(), count
        self.cells = reduced.cells
        self.unknowns = reduced.cells.shape[1]
        self.solver = _solver(reduced.lines, *reduced.bounds(count)) if self.unknowns else None

    def ask(self, cost: np.ndarray) -> None:
        """Finds the table with the least cost, by cell."""
        if self.solver is None:
            return
        columns = np.arange(self.unknowns, dtype=np.int32)
        self.solver.changeColsCost(self.unknowns, columns, self.cells.T @ cost)
        self.solver.run()
        if self.solver.getModelStatus() != highs.HighsModelStatus.kOptimal:
            return
        change = self.cells @ np.asarray(self.solver.getSolution().col_value)
        self.low = np.minimum(self.low, self.count + change)
        self.high = np.maximum(self.high, self.count + change)


def _solver(lines: csr_matrix, least: np.ndarray, most: np.ndarray) -> "highs._Highs":
    columns = csc_matrix(lines)
    program = highs.HighsLp()
    program.num_row_, program.num_col_ = columns.shape
    program.a_matrix_.num_row_, program.a_matrix_.num_col_ = columns.shape
    program.a_matrix_.format_ = highs.MatrixFormat.kColwise
    program.a_matrix_.start_ = columns.indptr
    program.a_matrix_.index_ = columns.indices
    program.a_matrix_.value_ = columns.data
    program.col_cost_ = np.zeros(len(least))
    program.col_lower_, program.col_upper_ = np.maximum(least, -FAR), np.minimum(most, FAR)
    program.row_lower_ = program.row_upper_ = np.zeros(columns.shape[0])
    solver = highs._Highs()
    solver.setOptionValue("output_flag", False)
    solver.setOptionValue("threads", 1)
    solver.setOptionValue("presolve", "off")
    solver.setOptionValue("solver", "simplex")
    solver.setOptionValue("simplex_strategy", 4)  # primal: the last table stays possible
    solver.passModel(program)
    return solver
