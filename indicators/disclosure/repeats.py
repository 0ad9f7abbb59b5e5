"""Counts that stand under two indicators: patrols, and the cases behind their hours.

What hides such a count under one name and shows it under the other hides nothing.
"""

from dataclasses import dataclass
from itertools import combinations

import numpy as np
import pandas as pd

from indicators.disclosure.tables import SERIES
from indicators.measures import SURVEY_KINDS
from indicators.values import DIMENSIONS

NO_PAIRS = np.zeros((0, 2), dtype=np.int64)
_PLACE = ("mission", "period_type", "period", "area", *DIMENSIONS)


@dataclass(frozen=True)
class Repeats:
    """Pairs of cells that hold one count. In each pair of `equal` both are withheld or neither;
    in `follows` (of it, with it) the second is withheld where the first is.
    """

    equal: np.ndarray
    follows: np.ndarray


def repeated_counts(cells: pd.DataFrame) -> Repeats:
    """Where two indicators of one source have the same n in every cell that both have.

    Ratios are withheld with a count and not the other way: their numerators may be small where n
    is not. Respondents of a survey differ by item and are left out.
    `cells`: columns of `primary.small_cells_sql`.
    """
    place = cells.groupby(list(_PLACE), sort=False, dropna=False).ngroup().to_numpy()
    is_used = cells["n"].notna() & ~cells["measure"].isin(SURVEY_KINDS)
    equal, follows = [NO_PAIRS], [NO_PAIRS]
    for _, source in cells[is_used].groupby("source", sort=True):
        series = [rows for _, rows in source.groupby(list(SERIES), sort=True)]
        for one, two in combinations(series, 2):
            both = _pairs(cells, place, one.index.to_numpy(), two.index.to_numpy())
            is_ratio = [rows["measure"].iloc[0] == "ratio" for rows in (one, two)]
            if is_ratio[0] == is_ratio[1]:
                equal.append(both)
            else:
                follows.append(both if is_ratio[1] else both[:, ::-1])
    return Repeats(np.concatenate(equal), np.concatenate(follows))


def _pairs(cells: pd.DataFrame, place: np.ndarray, one: np.ndarray, two: np.ndarray) -> np.ndarray:
    _, at_one, at_two = np.intersect1d(
        place[one], place[two], assume_unique=True, return_indices=True
    )
    first, second = one[at_one], two[at_two]
    n = cells["n"].to_numpy()
    if not len(first) or (n[first] != n[second]).any():
        return NO_PAIRS
    return np.column_stack([first, second])[n[first] > 0]
