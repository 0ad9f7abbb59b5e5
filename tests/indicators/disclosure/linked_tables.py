"""Small linked tables for tests: leaves, all their roll-ups, and what follows from what exactly."""

from collections.abc import Iterable, Sequence
from itertools import product

import numpy as np

from tests.indicators.mart_rows import COUNTRY

Cell = tuple[str, str, str]  # period, area, sex
PARENTS = {"N": COUNTRY, "S": COUNTRY, "N1": "N", "N2": "N", "N3": "N", "S1": "S", "S2": "S"}
LEAF_AREAS = ("N1", "N2", "N3", "S1", "S2")
QUARTERS = {f"2025-{month:02d}": f"2025-Q{(month - 1) // 3 + 1}" for month in range(1, 7)}
SEXES = ("F", "M")
LEAVES: list[Cell] = list(product(QUARTERS, LEAF_AREAS, SEXES))
PRIME = 2**31 - 1


def roll_ups(leaf: Cell) -> Iterable[Cell]:
    """Every cell that a leaf counts in, itself included."""
    month, area, sex = leaf
    periods, areas = (month, QUARTERS[month], "2025"), (area, PARENTS[area], COUNTRY)
    return product(periods, areas, (sex, "_T"))


def all_cells() -> list[Cell]:
    return sorted({cell for leaf in LEAVES for cell in roll_ups(leaf)})


def incidence(leaves: Sequence[int]) -> dict[Cell, np.ndarray]:
    """By cell the leaves that it is the sum of; a leaf of zero is published and so left out."""
    rows = {cell: np.zeros(len(LEAVES), dtype=np.int64) for cell in all_cells()}
    for at, leaf in enumerate(LEAVES):
        if leaves[at]:
            for cell in roll_ups(leaf):
                rows[cell][at] = 1
    return rows


def follows(shown: Sequence[np.ndarray], wanted: Sequence[np.ndarray]) -> list[bool]:
    """For each wanted row whether it is a linear combination of those shown: elimination mod p."""
    rows = np.array([*shown, *wanted], dtype=object) % PRIME
    is_wanted = np.arange(len(rows)) >= len(shown)
    top = 0
    for column in range(rows.shape[1]):
        found = [at for at in range(top, len(rows)) if rows[at, column] and not is_wanted[at]]
        if not found:
            continue
        rows[[top, found[0]]] = rows[[found[0], top]]
        rows[top] = rows[top] * pow(int(rows[top, column]), -1, PRIME) % PRIME
        for at in range(len(rows)):
            if at != top and rows[at, column]:
                rows[at] = (rows[at] - rows[at, column] * rows[top]) % PRIME
        top += 1
    return [not row.any() for row in rows[len(shown) :]]
