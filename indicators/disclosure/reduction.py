"""Equations over withheld counts written in fewer unknowns; what they say stays the same."""

from dataclasses import dataclass

import numpy as np
from scipy.sparse import csc_matrix, csr_matrix, identity
from scipy.sparse.csgraph import connected_components
from scipy.sparse.linalg import SuperLU, splu

_SEED = 20261
_REGULARISATION = 1e-9
_PIVOT = 1e-5  # below this an equation follows from others


@dataclass(frozen=True)
class Reduced:
    """The tables with the same published cells, as changes of few unknowns that are free.

    lines: what holds between the unknowns, as lines @ unknowns = 0. cells: cells x unknowns, by
    how much each cell changes. leaf: cells that are no total; merge: these x unknowns.
    """

    lines: csr_matrix
    cells: csr_matrix
    leaf: np.ndarray
    merge: csr_matrix

    def bounds(self, count: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """How far each unknown may fall and rise until the first of its cells is zero."""
        entry = self.merge.tocoo()
        own = count[self.leaf][entry.row]
        size = self.merge.shape[1]
        least, most = np.full(size, -np.inf), np.full(size, np.inf)
        up = entry.data > 0
        np.maximum.at(least, entry.col[up], -own[up])
        np.minimum.at(most, entry.col[~up], own[~up])
        return least, most


def reduced(matrix: csc_matrix) -> Reduced:
    """Lines x cells of 1 and -1 in as few unknowns as totals and equal cells allow; exact."""
    leaf, lines, sums = _finest(matrix)
    left, merge = merged(csc_matrix(lines))
    merge = csr_matrix(merge)
    return Reduced(distinct(csr_matrix(left)), csr_matrix(sums @ merge), leaf, merge)


def _finest(matrix: csc_matrix) -> tuple[np.ndarray, csr_matrix, csr_matrix]:
    """Cells that are no total, the lines that remain over them, and cells x these cells."""
    lines = csr_matrix(matrix).tocoo()
    size = matrix.shape[1]
    is_total = lines.data > 0
    total, first = np.unique(lines.col[is_total], return_index=True)
    line = lines.row[is_total][first]
    leaf = np.setdiff1d(np.arange(size), total)
    parts = csr_matrix((-lines.data * ~is_total, (lines.row, lines.col)), shape=lines.shape)
    chosen = csr_matrix((np.ones(len(total)), (total, line)), shape=(size, lines.shape[0]))
    step = csr_matrix(chosen @ parts)
    step.eliminate_zeros()
    sums = leaves = csr_matrix(
        (np.ones(len(leaf)), (leaf, np.arange(len(leaf)))), shape=(size, len(leaf))
    )
    while step.nnz:  # as many steps as there are levels
        further = csr_matrix(leaves + step @ sums)
        if (further != sums).nnz == 0:
            break
        sums = further
    others = np.setdiff1d(np.arange(lines.shape[0]), line)
    rest = csr_matrix(csr_matrix(matrix)[others] @ sums)
    rest.eliminate_zeros()
    return leaf, distinct(rest), sums


def distinct(lines: csr_matrix) -> csr_matrix:
    """Each equation once."""
    lines = lines[np.flatnonzero(np.diff(lines.indptr))]
    weights = np.random.default_rng(_SEED).normal(size=lines.shape[1])
    _, first = np.unique(np.round(np.abs(lines @ weights), 7), return_index=True)
    return lines[np.sort(first)]


def independent(lines: csr_matrix) -> csr_matrix:
    """The equations without those that follow from others.

    In an elimination of lines @ lines.T the pivot of such an equation is what regularises it.
    """
    if not lines.shape[0]:
        return lines
    square = lines @ lines.T + _REGULARISATION * identity(lines.shape[0])
    factors = factorised(csc_matrix(square))
    pivot = np.abs(factors.U.diagonal())[factors.perm_c]
    return lines[np.flatnonzero(pivot > _PIVOT)]


def factorised(symmetric: csc_matrix) -> SuperLU:
    """The factors of a symmetric matrix, whose pivots stay on its diagonal."""
    return splu(
        symmetric,
        permc_spec="MMD_AT_PLUS_A",
        diag_pivot_thresh=0.0,
        options={"SymmetricMode": True},
    )


def merged(lines: csc_matrix) -> tuple[csc_matrix, csr_matrix]:
    """The same equations in fewer unknowns, and cells x unknowns of 1 and -1; exact.

    A line of two unknowns says that they are equal or opposite, a line of one that it is zero.
    """
    merge = csr_matrix(identity(lines.shape[1]))
    rows = csr_matrix(lines)
    while True:
        size = np.diff(rows.indptr)
        pairs = rows[np.flatnonzero(size == 2)]
        one, two = pairs.indices[::2], pairs.indices[1::2]
        even = np.abs(pairs.data[::2]) == np.abs(pairs.data[1::2])
        zero = rows[np.flatnonzero(size == 1)].indices
        if not even.any() and not len(zero):
            return csc_matrix(rows), merge
        opposite = pairs.data[::2] == pairs.data[1::2]
        step = _step(rows.shape[1], one[even], two[even], opposite[even], zero)
        merge, rows = csr_matrix(merge @ step), csr_matrix(rows @ step)
        rows.eliminate_zeros()
        rows = rows[np.flatnonzero(np.diff(rows.indptr))]


def _step(
    size: int, one: np.ndarray, two: np.ndarray, opposite: np.ndarray, zero: np.ndarray
) -> csr_matrix:
    """Old x new unknowns. Each unknown stands twice in a graph, as itself and as its opposite."""
    start = np.concatenate([one, one + size, zero])
    end = np.concatenate([two + size * opposite, two + size * ~opposite, zero + size])
    graph = csr_matrix((np.ones(len(start)), (start, end)), shape=(2 * size, 2 * size))
    _, label = connected_components(graph, directed=False)
    plus, minus = label[:size], label[size:]
    kept = np.flatnonzero(plus != minus)  # equal to its opposite: zero
    names, column = np.unique(np.minimum(plus, minus)[kept], return_inverse=True)
    sign = np.where(plus < minus, 1.0, -1.0)[kept]
    return csr_matrix((sign, (kept, column)), shape=(size, len(names)))
