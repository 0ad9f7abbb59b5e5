"""Which withheld counts keep a wide interval: tables are sought that show it, for many at a time.

A table with the same published cells, in which a withheld count is as low or as high as it must be
possible to be, proves this for that count, and for every other one that is low or high in it. Each
linear program (`programs.py`) therefore asks for all that lack a proof at once, with weights that
differ by orders of magnitude, while this proves much; then for one cell after the other. It is
written over the finest cells only (totals are sums of parts), with equal cells merged. A cell
that was asked alone and that no table proves is narrow; `audit.py` asks the same of single cells
through `linprog`.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import numpy as np
from scipy.sparse import block_diag, csc_matrix

from indicators.disclosure.attained import Attained
from indicators.disclosure.bounds import Bounds
from indicators.disclosure.derivation import Block, blocks, unknown_cells
from indicators.disclosure.forms import forms
from indicators.disclosure.programs import Program
from indicators.disclosure.tables import Tables

_TOGETHER = 2000  # cells up to which small blocks are asked together
_PROGRAMS = 200  # at most, for many cells at once
_SPREAD = 3.0  # of the weights, standard deviation of their logarithm
_FEW = 0.1  # share of the missing proofs below which a program for many cells is the last one
_TO_CHOOSE = 10  # cells that are drawn, of which the one that lacks most is asked alone
ENOUGH = 4  # cells found narrow: what is withheld for these may widen others
_SEED = 20261


@dataclass(frozen=True)
class Widths:
    """By cell: told to be wide or narrow; by cell and amount: cannot be low, or high, enough."""

    seen: np.ndarray
    not_low: np.ndarray
    not_high: np.ndarray

    @property
    def narrow(self) -> np.ndarray:
        """Whether an amount of the cell is told to be narrow."""
        return np.asarray((self.not_low | self.not_high).any(axis=1))


def widths(
    tables: Tables,
    withheld: np.ndarray,
    small: np.ndarray,
    min_n: int,
    asked: np.ndarray,
    attained: Attained | None = None,
    *,
    singly: bool = True,
    enough: float = ENOUGH,
) -> Widths:
    """Which of the withheld cells asked for are narrow.

    withheld, asked: by published cell; small: n, numerator and rest of each (`Task`); n is asked
    of, and what is small. A cell that follows by subtraction alone is narrow, and one that single
    lines bound; one that lies in no line is wide. Nothing is told of what waits when `enough`
    counts of a block are found narrow. attained: what has been found for
    fewer withheld cells; what is found is added. singly: also ask for one cell after the other,
    without which none but those that lines bound is told to be narrow.
    """
    unknown = unknown_cells(tables, withheld)
    attained = attained or Attained(tables, small, min_n)
    seen = np.zeros(len(unknown), dtype=bool)
    seen[: tables.published] = asked & withheld & (tables.counts[: tables.published, 0] > 0)
    wanted = np.asarray(attained.wanted & seen[:, None])
    bounds = Bounds(tables, unknown, small, min_n)
    not_low, not_high = bounds.narrow_among(seen)
    wanted &= ~(not_low | not_high)
    for block in _grouped(blocks(tables, unknown, np.any(wanted, axis=1))):
        own = block.cells
        answers = Question(block, wanted[own], attained).answers(singly, enough)
        seen[own] &= answers.seen
        not_low[own] |= answers.not_low
        not_high[own] |= answers.not_high
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
        of_n = np.concatenate([block.of_n for block in small])
        matrix = block_diag([block.matrix for block in small], format="csc")
        yield Block(cells, csc_matrix(matrix), of_n)


class Question:
    """The narrow cells of one block; wanted: its cells x amounts."""

    def __init__(self, block: Block, wanted: np.ndarray, attained: Attained) -> None:
        own = block.matrix, block.of_n, attained.parts[block.cells]
        found = forms(*own, attained.groups, fewest=True)
        self.programs = [Program(block.cells, form, attained) for form in found]
        self.cells, self.wanted, self.attained = block.cells, wanted, attained
        self.random = np.random.default_rng(_SEED)

    def answers(self, singly: bool, enough: float) -> Widths:
        """Told of all that many programs prove, then of single cells until enough are narrow."""
        self._ask_many()
        single = self._ask_singly(enough) if singly else np.zeros_like(self.wanted)
        low, high = self._lacking()
        told = single | ~(low | high)
        return Widths(told.all(axis=1), low & single, high & single)

    def _ask_many(self) -> None:
        """Some are asked to be low and others to be high, while programs prove enough."""
        for _ in range(_PROGRAMS):
            low, high = self._lacking()
            before = int(low.sum() + high.sum())
            if not before:
                break
            upwards = high & (~low | (self.random.random(low.shape) < 0.5))
            weight = np.exp(_SPREAD * self.random.normal(size=low.shape))
            self._ask(weight * ((low & ~upwards) - 1.0 * upwards), many=True)
            low, high = self._lacking()
            if before - low.sum() - high.sum() < _FEW * before:
                break

    def _ask_singly(self, enough: float) -> np.ndarray:
        """What lacks a proof, one by one: what lacks it then is narrow."""
        single = np.zeros(self.wanted.shape, dtype=bool)
        while True:
            low, high = self._lacking()
            waiting = np.argwhere((low | high) & ~single)
            if not len(waiting) or (single & (low | high)).sum() >= enough:
                return single
            drawn = self.random.choice(waiting, _TO_CHOOSE)
            share = self.attained.share(self.cells[drawn[:, 0]])
            at = tuple(drawn[np.argmin(share[np.arange(_TO_CHOOSE), drawn[:, 1]])])
            single[at] = True
            self._ask_one(at, not_low=bool(low[at]))

    def _ask_one(self, at: tuple[int, ...], *, not_low: bool) -> None:
        """How high a count must be possible depends on how low it is: this may be asked second."""
        cost = np.zeros(self.wanted.shape)
        cost[at] = 1
        if not_low:
            self._ask(cost, many=False)
        if self._lacking()[1][at]:
            self._ask(-cost, many=False)
            if not not_low and self._lacking()[1][at]:
                self._ask(cost, many=False)

    def _ask(self, cost: np.ndarray, *, many: bool) -> None:
        for program in self.programs:
            program.ask(cost, many=many)

    def _lacking(self) -> tuple[np.ndarray, np.ndarray]:
        not_low, not_high = self.attained.lacking(self.cells)
        return self.wanted & not_low, self.wanted & not_high
