"""Equations in fewer unknowns, and fewer of them, say the same."""

import numpy as np
import pytest
from scipy.sparse import csr_matrix

from indicators.disclosure.derivation import blocks, unknown_cells
from indicators.disclosure.reduction import independent, reduced
from tests.indicators.disclosure.counted_tables import half_withheld


def rank(lines: csr_matrix) -> int:
    return int(np.linalg.matrix_rank(lines.toarray())) if lines.shape[0] else 0


@pytest.mark.parametrize("seed", range(8))
def test_equations_that_follow_from_others_are_left_out(seed: int) -> None:
    random = np.random.default_rng(seed)
    some = random.choice([-1.0, 0.0, 0.0, 1.0], (6, 12))
    every = csr_matrix(np.vstack([some, random.choice([-1.0, 0.0, 1.0], (5, 6)) @ some]))
    found = independent(every)
    assert found.shape[0] == rank(every) == rank(found)


def test_without_equations_there_is_nothing_to_leave_out() -> None:
    assert independent(csr_matrix((0, 4))).shape == (0, 4)


def test_lines_of_linked_tables_keep_what_they_say() -> None:
    fewer = 0
    for seed in range(4):
        linked, _, withheld, asked = half_withheld(seed)
        for block in blocks(linked, unknown_cells(linked, withheld), asked):
            lines = reduced(block.matrix).lines
            found = independent(lines)
            assert found.shape[0] == rank(lines) == rank(found)
            fewer += lines.shape[0] > found.shape[0]
    assert fewer
