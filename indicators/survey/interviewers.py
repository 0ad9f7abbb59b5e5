"""How far answers differ by who asked: the share of their variance between interviewers.

Interviewers within places, by the analysis of variance with unequal numbers (Searle, Casella and
McCulloch 1992, chapter 3; Kish 1962 for what it means): who asked in other places is not compared.
"""

from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy.stats import f as fisher

_LEVEL = 0.95


@dataclass(frozen=True)
class InterviewerShare:
    """`share`: of the variance of answers within places what lies between interviewers, with its
    95 % interval; below 0 where they differ less than chance lets them. `factor`: by how much it
    multiplies the variance of a mean over all of them (1 + (interviews each − 1) × share).

    `interviewers` and `answers`: in places where two or more asked.
    """

    interviewers: int
    answers: int
    share: float
    ci_low: float
    ci_high: float
    factor: float


def interviewer_share(
    answers: pd.Series, interviewer: pd.Series, place: pd.Series
) -> InterviewerShare | None:
    """Of answers as numbers, one a row; rows without one of the three are left out. None where no
    place had two interviewers, or nobody asked twice in one, or all answered alike."""
    rows = pd.DataFrame({"y": answers, "by": interviewer, "at": place}).dropna()
    rows = rows[rows.groupby("at")["by"].transform("nunique") > 1]
    cells = rows.groupby(["at", "by"])["y"].agg(["size", "mean", "var"])
    size, mean = cells["size"].to_numpy(float), cells["mean"].to_numpy(float)
    inside = cells.index.get_level_values("at")
    by_place = rows.groupby("at")["y"]
    between = len(cells) - by_place.ngroups
    within = len(rows) - len(cells)
    if not between or not within:
        return None
    centre = by_place.mean().reindex(inside).to_numpy(float)
    within_square = float(np.nansum(cells["var"].to_numpy(float) * (size - 1))) / within
    between_square = float((size * (mean - centre) ** 2).sum()) / between
    if not within_square:
        return None
    in_place = by_place.size().reindex(inside).to_numpy(float)
    typical = (len(rows) - float((size**2 / in_place).sum())) / between
    ratio = between_square / within_square
    bounds = fisher.ppf([(1 + _LEVEL) / 2, (1 - _LEVEL) / 2], between, within)
    share, low, high = (
        (one - 1) / (one - 1 + typical) for one in (ratio, *(ratio / bound for bound in bounds))
    )
    people = rows["by"].nunique()
    factor = 1 + (len(rows) / people - 1) * max(0.0, share)
    return InterviewerShare(people, len(rows), share, low, high, factor)
