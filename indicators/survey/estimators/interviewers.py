"""How far answers differ by who asked: the share of their variance between interviewers.

Interviewers within places, or crossed with them: variance components by Henderson's third method
(Searle, Casella and McCulloch 1992, chapter 5; Kish 1962 for what the share means). Who asked in
other places alone is not compared.
"""

from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy.special import fdtri

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
    place had two interviewers, or too few answers to tell them apart, or all answered alike."""
    rows = pd.DataFrame({"y": answers, "by": interviewer, "at": place}).dropna()
    rows = rows[rows.groupby("at")["by"].transform("nunique") > 1]
    if rows.empty:
        return None
    apart = rows["y"] - rows.groupby("at")["y"].transform("mean")
    asked = pd.crosstab(rows["at"], rows["by"]).to_numpy(float)  # interviews: places × people
    people = asked.shape[1]
    inside = np.diag(asked.sum(axis=0)) - asked.T @ (asked / asked.sum(axis=1, keepdims=True))
    theirs = apart.groupby(rows["by"]).sum().to_numpy()
    between = int(np.linalg.matrix_rank(inside))
    within = len(rows) - len(asked) - between
    explained = float(theirs @ np.linalg.pinv(inside) @ theirs)
    left = float((apart**2).sum()) - explained
    if not between or within < 1 or left <= 0:
        return None
    ratio, typical = (explained / between) / (left / within), np.trace(inside) / between
    bounds = fdtri(between, within, [(1 + _LEVEL) / 2, (1 - _LEVEL) / 2])
    share, low, high = (
        float((one - 1) / (one - 1 + typical))
        for one in (ratio, *(ratio / bound for bound in bounds))
    )
    factor = 1 + (len(rows) / people - 1) * max(0.0, share)
    return InterviewerShare(people, len(rows), share, low, high, factor)
