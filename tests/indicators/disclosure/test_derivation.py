"""What follows from the published cells is found as exact elimination finds it."""

import numpy as np
import pytest

from indicators.disclosure.derivation import Derivation
from indicators.disclosure.tables import Tables
from tests.indicators.disclosure.linked_tables import (
    LEAF_AREAS,
    LEAVES,
    PARENTS,
    QUARTERS,
    SEXES,
    Cell,
    all_cells,
    follows,
    incidence,
)


def tables() -> Tables:
    """The linked tables with their lines written by hand."""
    cells = all_cells()
    number = {cell: at for at, cell in enumerate(cells)}
    found: list[tuple[int, int, bool]] = []
    lines = 0
    for period, area, sex in cells:
        splits: list[list[Cell]] = [
            [(period, below, sex) for below, above in PARENTS.items() if above == area],
            [(month, area, sex) for month, quarter in QUARTERS.items() if quarter == period],
            [(part, area, sex) for part in sorted(set(QUARTERS.values())) if period == "2025"],
            [(period, area, part) for part in SEXES if sex == "_T"],
        ]
        for parts in filter(None, splits):
            found.append((lines, number[period, area, sex], True))
            found += [(lines, number[part], False) for part in parts]
            lines += 1
    line, cell, is_total = (np.array(column) for column in zip(*found, strict=True))
    return Tables(line, cell, is_total, np.ones((len(cells), 2)), len(cells))


@pytest.mark.parametrize("seed", range(12))
def test_derivable_cells_are_those_of_exact_elimination(seed: int) -> None:
    """Patterns from nearly all withheld to few; half of them leave nothing to be derived."""
    random = np.random.default_rng(seed)
    cells = all_cells()
    withheld = random.random(len(cells)) < (0.2, 0.5, 0.8)[seed % 3]
    rows = incidence([1] * len(LEAVES))
    shown = [rows[cell] for cell, hidden in zip(cells, withheld, strict=True) if not hidden]
    hidden = [at for at in range(len(cells)) if withheld[at]]
    expected = follows(shown, [rows[cells[at]] for at in hidden])
    found = Derivation(tables()).derivable(withheld)
    assert found[hidden].tolist() == expected
    assert not found[~withheld].any()


def test_the_patterns_above_hold_both_kinds() -> None:
    """A cell given away by several lines only, and one that is not."""
    withheld = np.zeros(len(all_cells()), dtype=bool)
    square = [(month, area, "F") for month in list(QUARTERS)[:2] for area in LEAF_AREAS[:2]]
    above = [(month, "N", "F") for month in list(QUARTERS)[:2]]
    at = {cell: number for number, cell in enumerate(all_cells())}
    withheld[[at[cell] for cell in square]] = True
    alone = Derivation(tables()).derivable(withheld)
    assert alone[[at[cell] for cell in square]].all()  # each is told by the other sex
    withheld[[at[month, area, "M"] for month, area, _ in square]] = True
    both = Derivation(tables()).derivable(withheld)
    assert not both.any()
    withheld[[at[cell] for cell in above]] = True
    assert Derivation(tables()).derivable(withheld)[[at[cell] for cell in above]].all()
