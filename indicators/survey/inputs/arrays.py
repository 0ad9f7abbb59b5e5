"""Array types, and the one way in which rows are put together into cells.

Sums run over rows in one fixed order (`columns.canonical_order`), so equal input gives equal bytes.
"""

from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]
Booleans = NDArray[np.bool_]

# Columns of a result by name: arrays of one position a group, or one value for all groups.
Columns = dict[str, Any]


def codes_of(values: Any) -> Integers:
    """Whole numbers 0, 1, 2 ... in the order of the sorted values; -1 for a missing value."""
    return np.asarray(pd.factorize(values, sort=True)[0], dtype=np.int64)


def cells(*codes: Integers) -> tuple[Integers, Integers]:
    """Distinct combinations of `codes` (all not negative), sorted.

    Returns the first position of each combination, and for every position its combination.
    """
    key = codes[0]
    for code in codes[1:]:
        key = key * (int(code.max(initial=0)) + 1) + code
    _, first, inverse = np.unique(key, return_index=True, return_inverse=True)
    return first.astype(np.int64), inverse.astype(np.int64)


def sums(cell: Integers, values: Floats, size: int) -> Floats:
    """Sum of `values` in each of `size` cells, in the order of the positions.

    `values` has one position a position of `cell`, or several lines of them: then so has the
    result.
    """
    if values.ndim == 1:
        return np.bincount(cell, weights=values, minlength=size).astype(np.float64)
    found = np.empty((len(values), size))
    for line, of_line in zip(found, values, strict=True):
        line[:] = np.bincount(cell, weights=of_line, minlength=size)
    return found


def counts(cell: Integers, size: int) -> Integers:
    """Number of positions in each of `size` cells."""
    return np.bincount(cell, minlength=size).astype(np.int64)
