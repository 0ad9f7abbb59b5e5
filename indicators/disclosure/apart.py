"""Cells that lie apart: no two of them within so many lines of each other."""

import numpy as np
from scipy.sparse import csc_matrix, csr_matrix


def apart(place: np.ndarray, rows: csr_matrix, columns: csc_matrix, lines: int) -> np.ndarray:
    """By cell: whether its place is the first among all cells at most so many lines away.

    place: by cell, infinite for cells that are not to be chosen; rows, columns: lines x cells.
    """
    used = np.flatnonzero(np.diff(columns.indptr))
    filled = np.flatnonzero(np.diff(rows.indptr))
    nearest = place.copy()
    for _ in range(lines):
        first = np.full(rows.shape[0], np.inf)
        first[filled] = np.minimum.reduceat(nearest[rows.indices], rows.indptr[filled])
        nearest[used] = np.minimum.reduceat(first[columns.indices], columns.indptr[used])
    return np.asarray(np.isfinite(place) & (place <= nearest))
