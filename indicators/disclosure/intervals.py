"""Which withheld counts keep a wide interval: tables are sought that show it, for many at a time.

A table with the same published cells, in which a withheld count is as low or as high as it must be
possible to be, proves this for that count, and for every other one that is low or high in it. Each
linear program (`programs.py`) therefore asks for many cells at once, no two of one line. It is
written over the finest cells only (totals are sums of parts), with equal cells merged. A cell that
was asked alone and that no table proves is narrow; `audit.py` asks the same of single cells through
`linprog`. Where a block is too large for its program, tables are sought that change a part of it
only: what they prove holds, and they call no cell narrow.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import numpy as np
from scipy.sparse import block_diag, csc_matrix, csr_matrix

from indicators.disclosure.derivation import Block, blocks, unknown_cells
from indicators.disclosure.programs import Found, Program, ask
from indicators.disclosure.reduction import Reduced, reduced
from indicators.disclosure.tables import Tables, not_negative

MARGIN = 2  # integers that must be possible on each side of a small count
LARGEST = 1300  # lines of a block's program; larger ones take too long
_TOGETHER = 2000  # cells up to which small blocks are asked together
_ROUNDS = 60
_IDLE = 3  # programs without a new proof before cells are asked one by one
_SINGLY = 40  # of them; of the rest nothing is told
_WINDOWS = (0.3, 0.6, 1.2)  # unknowns of a larger block that may change at once, by `largest`
_IDLE_WINDOWS = 4  # windows, one after the other, that proved little before larger ones are taken
_FRUITFUL = 0.005  # of what lacks a proof in the block, the share that a window must prove
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
    """By cell: told to be wide or narrow; and then whether it cannot be low, or high, enough."""

    seen: np.ndarray
    not_low: np.ndarray
    not_high: np.ndarray

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
    largest: int = LARGEST,
    by_windows: bool = False,
) -> Widths:
    """Which of the withheld cells asked for are narrow, in programs of up to `largest` lines.

    withheld, is_small, asked: by published cell. A cell that follows by subtraction alone is
    narrow; one that lies in no line is wide. Larger blocks are looked at only `by_windows`, which
    tells no cell to be narrow and takes as long as all others.
    """
    unknown = unknown_cells(tables, withheld)
    wanted = np.zeros(len(unknown), dtype=bool)
    wanted[: tables.published] = asked & withheld & (tables.counts[: tables.published, 0] > 0)
    small = np.zeros(len(unknown), dtype=bool)
    small[: tables.published] = is_small
    seen = wanted.copy()
    not_low, not_high = np.stack([wanted & ~unknown] * 2)
    for block in _grouped(blocks(tables, unknown, wanted)):
        own, program = block.cells, reduced(block.matrix)
        is_whole = program.lines.shape[0] <= largest
        if not is_whole and not by_windows:
            seen[own] = False
            continue
        counts = tables.counts[own]
        question = _Question(block, program, counts, wanted[own], small[own], min_n)
        answers = question.answers() if is_whole else question.answers_by_windows(largest)
        seen[own] = answers.seen
        not_low[own], not_high[own] = answers.not_low, answers.not_high
    published = slice(tables.published)
    return Widths(seen[published], not_low[published], not_high[published])


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
        self.program = program
        self.found = [Found(table, table.copy(), table.copy()) for table in not_negative(counts)]
        self.count, self.wanted = counts[:, 0], wanted
        self.is_small, self.min_n = is_small, min_n
        self.rows, self.columns = csr_matrix(block.matrix), csc_matrix(block.matrix)
        self.random = np.random.default_rng(_SEED)

    def answers(self) -> Widths:
        """Programs over the whole block for many cells at once; then some cells one by one."""
        programs = self._programs(self.program)
        self._ask_many(programs, self.wanted)
        single = self._ask_singly(programs)
        low, high = self._lacking()
        return Widths(self.wanted & (single | ~(low | high)), low & single, high & single)

    def answers_by_windows(self, largest: int) -> Widths:
        """What is wide even where nothing changes but a window around it, of growing size."""
        for share in _WINDOWS:
            waits, idle, size = self.wanted.copy(), 0, round(share * largest)
            while idle < _IDLE_WINDOWS:
                low, high = self._lacking()
                centres = np.flatnonzero((low | high) & waits)
                if not len(centres):
                    break
                centre = self.random.choice(centres)
                waits[centre] = False
                window = self.program.around(centre, size, self.random)
                if window.lines.shape[0] <= largest:
                    moves = np.diff(window.cells.indptr) > 0
                    self._ask_many(self._programs(window), self.wanted & moves)
                before = int((low | high).sum())
                low, high = self._lacking()
                idle = idle + 1 if (low | high).sum() > (1 - _FRUITFUL) * before else 0
        none = np.zeros(len(self.wanted), dtype=bool)
        return Widths(self.wanted & ~(low | high), none, none)

    def _programs(self, program: Reduced) -> list[Program]:
        return [Program(program, found) for found in self.found]

    def _ask_many(self, programs: list[Program], among: np.ndarray) -> None:
        """Programs up and down in turn, as more is missing there, while they prove something."""
        idle = 0
        for turn in range(_ROUNDS):
            low, high = (lacking & among for lacking in self._lacking())
            before = int(low.sum() + high.sum())
            if not before or idle == _IDLE:
                break
            upwards = bool(high.sum() > low.sum()) != (turn % 4 == 3)
            if not (high if upwards else low).any():
                upwards = not upwards
            ask(programs, self._apart(high if upwards else low), upwards)
            low, high = (lacking & among for lacking in self._lacking())
            idle = idle + 1 if low.sum() + high.sum() == before else 0

    def _ask_singly(self, programs: list[Program]) -> np.ndarray:
        """Some of the cells that lack a proof, one by one: what lacks it then is narrow."""
        low, high = self._lacking()
        single = np.zeros(len(self.count), dtype=bool)
        single[self.random.permutation(np.flatnonzero(low | high))[:_SINGLY]] = True
        for at in np.flatnonzero(single):
            one = np.arange(len(self.count)) == at
            for upwards in (False, True):
                if self._lacking()[upwards][at]:
                    ask(programs, one, upwards)
        return single

    def _lacking(self) -> tuple[np.ndarray, np.ndarray]:
        low = np.sum([found.low for found in self.found], axis=0)
        high = np.sum([found.high for found in self.found], axis=0)
        too_high = low > needed_low(self.count, self.is_small) + _CLOSE
        too_low = high < needed_high(self.count, low, self.is_small, self.min_n) - _CLOSE
        return self.wanted & too_high, self.wanted & too_low

    def _apart(self, cells: np.ndarray) -> np.ndarray:
        """Some of the cells, no two of one line."""
        place = np.where(cells, self.random.random(len(cells)), np.inf)
        first = np.minimum.reduceat(place[self.rows.indices], self.rows.indptr[:-1])
        nearest = np.minimum.reduceat(first[self.columns.indices], self.columns.indptr[:-1])
        return np.asarray(cells & (place <= nearest))
