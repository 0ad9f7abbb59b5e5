"""Counts that stand under two indicators: patrols, and the cases behind their hours.

What hides such a count under one name and shows it under the other hides nothing.
"""

from itertools import combinations

import numpy as np
import pandas as pd

from indicators.disclosure.tables import SERIES
from indicators.measures import SURVEY_KINDS
from indicators.values import DIMENSIONS

_PLACE = ("mission", "period_type", "period", "area", *DIMENSIONS)


def repeated_counts(cells: pd.DataFrame) -> np.ndarray:
    """Pairs of cells (of it, with it): where the first is withheld, the second is to be too.

    Two indicators of one source repeat each other where n is the same in every cell that both
    have. Ratios are withheld with a count and not the other way: their numerators may be small
    where n is not. Respondents of a survey differ by item and are left out.
    `cells`: columns of `primary.small_cells_sql`.
    """
    place = cells.groupby(list(_PLACE), sort=False, dropna=False).ngroup().to_numpy()
    is_used = cells["n"].notna() & ~cells["measure"].isin(SURVEY_KINDS)
    pairs = [np.zeros((0, 2), dtype=np.int64)]
    for _, source in cells[is_used].groupby("source", sort=True):
        series = [rows for _, rows in source.groupby(list(SERIES), sort=True)]
        for one, two in combinations(series, 2):
            pairs += _pairs(cells, place, one.index.to_numpy(), two.index.to_numpy())
    return np.concatenate(pairs)


def _pairs(
    cells: pd.DataFrame, place: np.ndarray, one: np.ndarray, two: np.ndarray
) -> list[np.ndarray]:
    _, at_one, at_two = np.intersect1d(
        place[one], place[two], assume_unique=True, return_indices=True
    )
    first, second = one[at_one], two[at_two]
    n = cells["n"].to_numpy()
    if not len(first) or (n[first] != n[second]).any():
        return []
    counted = n[first] > 0
    both = np.column_stack([first[counted], second[counted]])
    is_ratio = [cells["measure"].iloc[side[0]] == "ratio" for side in (one, two)]
    ways = []
    if is_ratio[1] or not is_ratio[0]:
        ways.append(both)
    if is_ratio[0] or not is_ratio[1]:
        ways.append(both[:, ::-1])
    return ways
