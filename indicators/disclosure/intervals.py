"""Which withheld counts keep a wide interval: tables are sought that show it, for many at a time.

A table with the same published cells, in which a withheld count is as low or as high as it must be
possible to be, proves this for that count, and for every other one that is low or high in it. Each
linear program (`programs.py`) therefore asks for many cells at once, no two of one line, while
this proves much; then for one cell after the other. It is written over the finest cells only
(totals are sums of parts), with equal cells merged. A cell that was asked alone and that no table
proves is narrow; `audit.py` asks the same of single cells through `linprog`.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import numpy as np
from scipy.sparse import block_diag, csc_matrix, csr_matrix

from indicators.disclosure.apart import apart
from indicators.disclosure.bounds import Bounds
from indicators.disclosure.derivation import Block, blocks, unknown_cells
from indicators.disclosure.programs import Found, Program, ask
from indicators.disclosure.reduction import reduced
from indicators.disclosure.tables import Tables, not_negative
from indicators.disclosure.width_rule import lacking

_TOGETHER = 2000  # cells up to which small blocks are asked together
_PROGRAMS = 60  # at most, for many cells at once
_FEW = 0.2  # share of the missing proofs below which a program for many cells is the last one
_SINGLY = 40  # cells that are asked alone; nothing is told of the rest
_ENOUGH = 12  # narrow ones among them: what is withheld for these may widen others
_TO_CHOOSE = 3  # cells that are drawn, of which the one with the closest bounds is asked
_SEED = 20261


@dataclass(frozen=True)
class Widths:
    """By cell: told to be wide or narrow; and then whether it cannot be low, or high, enough.

    by_lines: narrow, as single lines bound it (`bounds.py`).
    """

    seen: np.ndarray
    not_low: np.ndarray
    not_high: np.ndarray
    by_lines: np.ndarray

    @property
    def narrow(self) -> np.ndarray:
        """Told to be narrow."""
        return np.asarray(self.not_low | self.not_high)


def widths(
    tables: Tables,
    withheld: np.ndarray,
    is_small: np.ndarray,
    min_n: int,
    asked: np.ndarray,
    *,
    many: bool,
    singly: bool = True,
) -> Widths:
    """Which of the withheld cells asked for are narrow.

    withheld, is_small, asked: by published cell; many: ask for many at once; singly: then
    for some alone, without which none but those that lines bound is told to be narrow. A cell that
    follows by subtraction alone is narrow, and one that single lines bound; one that lies in no
    line is wide. Nothing is told of what waits when enough cells of a block are found narrow.
    """
    unknown = unknown_cells(tables, withheld)
    wanted = np.zeros(len(unknown), dtype=bool)
    wanted[: tables.published] = asked & withheld & (tables.counts[: tables.published, 0] > 0)
    small = np.zeros(len(unknown), dtype=bool)
    small[: tables.published] = is_small
    seen = wanted.copy()
    bounds = Bounds(tables, unknown, is_small, min_n)
    not_low, not_high = np.zeros((2, len(unknown)), dtype=bool)
    room = np.full(len(unknown), np.inf)
    cells = np.flatnonzero(wanted)
    not_low[cells], not_high[cells] = bounds.narrow(cells)
    room[cells] = bounds.room(cells)
    by_lines = not_low | not_high
    wanted &= ~by_lines
    for block in _grouped(blocks(tables, unknown, wanted)):
        own = block.cells
        question = Question(block, tables.counts[own], wanted[own], small[own], min_n)
        answers = question.answers(room[own] if singly else None, many)
        seen[own] = answers.seen | by_lines[own]
        not_low[own] |= answers.not_low
        not_high[own] |= answers.not_high
    published = slice(tables.published)
    return Widths(seen[published], not_low[published], not_high[published], by_lines[published])


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


class Question:
    """The narrow cells of one block; of a ratio, numerators and rests are two tables."""

    def __init__(
        self,
        block: Block,
        counts: np.ndarray,
        wanted: np.ndarray,
        is_small: np.ndarray,
        min_n: int,
    ) -> None:
        program = reduced(block.matrix)
        self.found = [Found(table, table.copy(), table.copy()) for table in not_negative(counts)]
        self.programs = [Program(program, found) for found in self.found]
        self.count, self.wanted = counts[:, 0], wanted
        self.is_small, self.min_n = is_small, min_n
        self.rows, self.columns = csr_matrix(block.matrix), csc_matrix(block.matrix)
        self.random = np.random.default_rng(_SEED)

    def answers(self, room: np.ndarray | None, many: bool) -> Widths:
        """room: by cell, how far it can go by its bounds, in multiples of what it must.

        Without it no cell is asked alone.
        """
        if many:
            self._ask_many()
        single = np.zeros_like(self.wanted) if room is None else self._ask_singly(room)
        low, high = self._lacking()
        told = self.wanted & (single | ~(low | high))
        return Widths(told, low & single, high & single, np.zeros_like(told))

    def _ask_many(self) -> None:
        """Programs up and down in turn, as more is missing there, while they prove much."""
        for turn in range(_PROGRAMS):
            low, high = self._lacking()
            before = int(low.sum() + high.sum())
            if not before:
                break
            upwards = bool(high.sum() > low.sum()) != (turn % 4 == 3)
            if not (high if upwards else low).any():
                upwards = not upwards
            ask(self.programs, self._apart(high if upwards else low), upwards)
            low, high = self._lacking()
            if before - low.sum() - high.sum() < max(_FEW * before, 1):
                break

    def _ask_singly(self, room: np.ndarray) -> np.ndarray:
        """Some of the cells that lack a proof, one by one: what lacks it then is narrow."""
        single = np.zeros(len(self.count), dtype=bool)
        for _ in range(_SINGLY):
            low, high = self._lacking()
            waiting = np.flatnonzero((low | high) & ~single)
            if not len(waiting) or (single & (low | high)).sum() == _ENOUGH:
                break
            drawn = self.random.choice(waiting, _TO_CHOOSE)
            at = drawn[np.argmin(room[drawn])]
            single[at] = True
            one = np.arange(len(self.count)) == at
            for upwards in (False, True):
                if self._lacking()[upwards][at]:
                    ask(self.programs, one, upwards)
        return single

    def _lacking(self) -> tuple[np.ndarray, np.ndarray]:
        low = np.sum([found.low for found in self.found], axis=0)
        high = np.sum([found.high for found in self.found], axis=0)
        too_high, too_low = lacking(self.count, low, high, self.is_small, self.min_n)
        return self.wanted & too_high, self.wanted & too_low

    def _apart(self, cells: np.ndarray) -> np.ndarray:
        """Some of the cells, no two of one line."""
        place = np.where(cells, self.random.random(len(cells)), np.inf)
        return apart(place, self.rows, self.columns, 1)
