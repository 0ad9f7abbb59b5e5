"""Which withheld counts follow from the published ones: they are a linear combination of them.

A count is derivable where no table with the same published cells holds another value there, that
is where every solution of the lines' homogeneous equations is zero at this cell. Elimination over
the incidence of the leaves (Langsrud 2024, "Secondary cell suppression by Gaussian elimination",
PSD 2024) asks the same; here the lines are factorised block by block, sparse, and random vectors
are projected on the solutions. A cell at which these vanish is derivable; a chance zero in all of
them has probability zero. Arithmetic is floating point, so the answer
is numerical; the tests compare it with exact elimination on small tables.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from scipy.sparse import bmat, csc_matrix, csr_matrix, identity
from scipy.sparse.csgraph import connected_components

from indicators.disclosure.reduction import distinct, factorised, merged, reduced
from indicators.disclosure.tables import Tables

_REGULARISATION = 1e-8
VANISHES = 1e-5  # a change below this is none
_VECTORS = 2
_SEED = 20260
_TOGETHER = 1000  # cells of a block below which it is factorised with others
_SMALL = 500  # cells of a block up to which a second way costs more than it saves


@dataclass(frozen=True)
class Block:
    """Unknown cells that hang together: their numbers, ascending, and lines x cells of 1 and -1.

    of_n: by line, whether it holds for n and not for numerators.
    """

    cells: np.ndarray
    matrix: csc_matrix
    of_n: np.ndarray

    @property
    def name(self) -> tuple[bytes, int]:
        """Equal for equal blocks of the same tables."""
        return self.cells.tobytes(), self.matrix.nnz


def unknown_cells(tables: Tables, withheld: np.ndarray) -> np.ndarray:
    """By cell, rests included: hidden, and not had by one subtraction after the other.

    Lines that hold for n only do not tell a numerator.
    """
    rests = np.ones(len(tables.counts) - tables.published, dtype=bool)
    unknown = np.concatenate([withheld, rests]) & np.isfinite(tables.counts[:, 0])
    tells = ~tables.for_n_only(tables.line)
    while True:
        is_open = unknown[tables.cell] & tells
        left = np.bincount(tables.line[is_open], minlength=tables.lines)
        found = tables.cell[is_open & (left[tables.line] == 1)]
        if not len(found):
            return unknown
        unknown[found] = False


def blocks(
    tables: Tables, unknown: np.ndarray, wanted: np.ndarray | None = None, together: int = 0
) -> Iterator[Block]:
    """The connected blocks of unknown cells that lie in lines; cells outside any line are none.

    wanted: by cell; blocks without one are left out. Blocks of fewer than `together` cells come
    as one, the last, which makes no difference to what follows in each of them.
    """
    entry = np.flatnonzero(unknown[tables.cell])
    if not len(entry):
        return
    cells, column = np.unique(tables.cell[entry], return_inverse=True)
    lines, row = np.unique(tables.line[entry], return_inverse=True)
    size = len(cells) + len(lines)
    graph = csr_matrix((np.ones(len(entry)), (column, len(cells) + row)), shape=(size, size))
    many, label = connected_components(graph, directed=False)
    own = np.bincount(label[: len(cells)], minlength=many)
    label = np.where(own < together, many, np.arange(many))[label]
    asked = np.ones(len(cells), dtype=bool) if wanted is None else wanted[cells]
    cell_order, cell_bounds, column_of = _numbered(label[: len(cells)], many + 1)
    line_order, line_bounds, row_of = _numbered(label[len(cells) :], many + 1)
    of_n = tables.for_n_only(lines)[line_order]
    order, bounds, _ = _numbered(label[column], many + 1)
    sign = np.where(tables.is_total[entry], 1.0, -1.0)[order]
    row, column = row_of[row[order]], column_of[column[order]]
    for at in np.unique(label[: len(cells)][asked]):
        inside = slice(bounds[at], bounds[at + 1])
        shape = np.diff(line_bounds)[at], np.diff(cell_bounds)[at]
        matrix = csc_matrix((sign[inside], (row[inside], column[inside])), shape=shape)
        own = cells[cell_order[cell_bounds[at] : cell_bounds[at + 1]]]
        yield Block(own, matrix, of_n[line_bounds[at] : line_bounds[at + 1]])


def _numbered(label: np.ndarray, many: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Members by label, where each label's members begin, and each one's number among them."""
    order = np.argsort(label, kind="stable")
    bounds = np.searchsorted(label[order], np.arange(many + 1))
    number = np.empty(len(label), dtype=np.int64)
    number[order] = np.arange(len(label)) - bounds[label[order]]
    return order, bounds, number


class Derivation:
    """Answers for patterns of the same tables, one after the other; equal blocks are kept."""

    def __init__(self, tables: Tables) -> None:
        self.tables = tables
        self._known: dict[tuple[bytes, int], np.ndarray] = {}

    def derivable(self, withheld: np.ndarray) -> np.ndarray:
        """By published cell: withheld, and a linear combination of what is published."""
        unknown = unknown_cells(self.tables, withheld)
        found = ~unknown
        kept = {}
        for block in blocks(self.tables, unknown, together=_TOGETHER):
            name = block.name
            fixed = self._known[name] if name in self._known else _fixed(block)
            kept[name] = fixed
            found[block.cells[fixed]] = True
        self._known = kept
        return found[: self.tables.published] & withheld


def _fixed(block: Block) -> np.ndarray:
    """By cell of the block: whether every solution of its homogeneous equations is zero there."""
    found = np.abs(changes(block, _VECTORS)).max(axis=1, initial=0)
    return np.asarray(found < VANISHES)


def changes(block: Block, many: int) -> np.ndarray:
    """Cells x many: by how much each cell changes in random tables with the same published cells.

    What is equal to a multiple of another cell's row in all of them is so in every such table.
    """
    lines, cells = _smaller(block.matrix)
    change = np.random.default_rng(_SEED).normal(size=(lines.shape[1], many))
    used = np.flatnonzero(np.diff(lines.indptr))
    if len(used):
        change[used] = _projected(csc_matrix(lines[:, used]), change[used])
    return np.asarray(cells @ change)


def _smaller(matrix: csc_matrix) -> tuple[csc_matrix, csr_matrix]:
    """The equations in few unknowns, and cells x unknowns; of two ways the sparser one.

    Without totals there are fewer unknowns, and where sums of many cells remain, more entries.
    """
    lines, cells = merged(matrix)
    if lines.nnz:
        lines = csc_matrix(distinct(csr_matrix(lines)))
    if len(cells.indptr) - 1 > _SMALL:
        finest = reduced(matrix)
        if finest.lines.nnz < lines.nnz:
            lines, cells = csc_matrix(finest.lines), finest.cells
    return lines, cells


def _projected(lines: csc_matrix, vectors: np.ndarray) -> np.ndarray:
    """The vectors projected on the solutions.

    The projection solves [I A'; A -e I], whose first part is the vector less what the lines fix.
    """
    many, unknowns = lines.shape
    system = bmat(
        [[identity(unknowns), lines.T], [lines, -_REGULARISATION * identity(many)]], format="csc"
    )
    factors = factorised(system)
    padded = np.concatenate([vectors, np.zeros((many, vectors.shape[1]))])
    return np.asarray(factors.solve(padded)[:unknowns])
