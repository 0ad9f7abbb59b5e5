"""Tables with the same published cells, as linear programs know them: few unknowns, free to change.

Numerators and rests of a ratio follow the same lines, each for itself. Where two indicators count
the same cases, n is equal and numerators need not be: such a line holds for the sum of both.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy.sparse import block_diag, csc_matrix, csr_matrix, hstack, vstack

from indicators.disclosure.reduction import independent, reduced


@dataclass(frozen=True)
class Form:
    """Columns of counts that change together, as changes of unknowns.

    columns: of the counts given; lines: what holds between the unknowns, as lines @ unknowns = 0;
    changes: of each column, cells x unknowns; least, most: how far each unknown may fall and rise
    until a count is zero.
    """

    columns: tuple[int, ...]
    lines: csr_matrix
    changes: tuple[csr_matrix, ...]
    least: np.ndarray
    most: np.ndarray


def forms(
    matrix: csc_matrix,
    of_n: np.ndarray,
    counts: np.ndarray,
    groups: Sequence[Sequence[int]],
    *,
    fewest: bool = False,
) -> list[Form]:
    """One form for each group of columns; counts without a case have none.

    matrix: lines x cells of 1 and -1; of_n: by line, whether it holds for the sum of a group's
    columns only; counts: cells x columns; groups: of as many columns each. fewest: equations that
    follow from others are left out.
    """
    given = csr_matrix(matrix)
    plain = reduced(csc_matrix(given[~of_n]))
    shared = csr_matrix(given[of_n] @ plain.cells)
    many = len(groups[0])
    lines = csr_matrix(vstack([block_diag([plain.lines] * many), hstack([shared] * many)]))
    if fewest:
        lines = independent(lines)
    changes = tuple(_at(plain.cells, at, many) for at in range(many))
    found = []
    for group in groups:
        if counts[:, group].any():
            bounds = [plain.bounds(counts[:, column]) for column in group]
            least, most = (np.concatenate(side) for side in zip(*bounds, strict=True))
            found.append(Form(tuple(group), lines, changes, least, most))
    return found


def _at(cells: csr_matrix, at: int, many: int) -> csr_matrix:
    """The matrix as one of so many beside each other, the others empty."""
    empty = csr_matrix(cells.shape)
    return csr_matrix(hstack([cells if one == at else empty for one in range(many)]))
