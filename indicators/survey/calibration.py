"""Weights raked to population totals, replicate weights, and bounds of non-response.

Raking: Deming and Stephan 1940, the same weights as calibration by the exponential distance
(Deville and Särndal 1992). Variance: that of the residuals of a regression on the groups, as R's
`survey::calibrate(calfun = "raking")`. Replicates: rescaling bootstrap of n - 1 of n first-stage
units (Rao and Wu 1988). Bounds without any assumption: Manski 1989.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy import special

from indicators.foundation.errors import Problem, WrongUse
from indicators.survey.design import Design, sample_of, stages_of
from indicators.survey.inputs.arrays import Floats, cells
from indicators.survey.variance.contrast import error_of_sum

Margins = Mapping[str, Mapping[str, float]]  # by column: the population of each group
_MOST_ROUNDS, _CLOSE = 500, 1e-10


@dataclass(frozen=True)
class Raked:
    """A share or mean by raked weights; `se` and limits None where the design gives no error."""

    estimate: float
    se: float | None
    ci_low: float | None
    ci_high: float | None
    df: int


def raked_weights(frame: pd.DataFrame, weights: Floats, margins: Margins) -> Floats:
    """Weights whose sums are the populations of all groups of all columns.

    Totals of each column are scaled to those of the first. Raises WrongUse, naming column and
    group, where a group has no respondent, a respondent has no group, or no weights fit all.
    """
    codes = [_codes(frame, name, groups) for name, groups in margins.items()]
    totals = [np.array(list(groups.values()), dtype=float) for groups in margins.values()]
    whole = totals[0].sum()
    totals = [own * whole / own.sum() for own in totals]
    raked = weights.astype(float)
    for _ in range(_MOST_ROUNDS):
        before = raked
        for code, own in zip(codes, totals, strict=True):
            raked = raked * (own / np.bincount(code, raked, len(own)))[code]
        if np.abs(raked / before - 1).max() < _CLOSE:
            return raked
    raise WrongUse(Problem("survey_raking", column=", ".join(margins)))


def _codes(frame: pd.DataFrame, name: str, groups: Mapping[str, float]) -> np.ndarray:
    found = pd.Index(list(groups)).get_indexer(pd.Index(frame[name]))
    if (found < 0).any():
        value = str(frame[name].iloc[int(np.argmax(found < 0))])
        raise WrongUse(Problem("survey_raking_group", column=name, value=value))
    missing = set(range(len(groups))) - set(found.tolist())
    if missing:
        value = list(groups)[min(missing)]
        raise WrongUse(Problem("survey_raking_empty", column=name, value=value))
    return np.asarray(found, dtype=np.int64)


def raked_mean(
    frame: pd.DataFrame, design: Design, outcome: str, margins: Margins, confidence: float = 0.95
) -> Raked:
    """The mean of a column by raked weights, over rows that have it."""
    sample = sample_of(frame, design)
    raked = raked_weights(frame, sample.weights, margins)
    value = frame[outcome].to_numpy(dtype=float)
    has = np.isfinite(value)
    whole = raked[has].sum()
    estimate = float((raked[has] @ value[has]) / whole)
    influence = np.where(has, np.nan_to_num(value) - estimate, 0.0) / whole
    left = _residuals(frame, sample.weights, influence, margins)
    se, df = error_of_sum(raked * left, sample, design)
    if not (df > 0 and math.isfinite(se)):
        return Raked(estimate, None, None, None, df)
    reach = float(special.stdtrit(df, (1 + confidence) / 2)) * se
    return Raked(estimate, se, estimate - reach, estimate + reach, df)


def _residuals(frame: pd.DataFrame, weights: Floats, values: Floats, margins: Margins) -> Floats:
    """Of a regression on the groups, by the weights before raking."""
    columns = pd.get_dummies(frame[list(margins)].astype(str)).to_numpy(dtype=float)
    root = np.sqrt(weights)
    fitted = np.linalg.lstsq(columns * root[:, None], values * root, rcond=None)[0]
    return np.asarray(values - columns @ fitted)


def replicate_weights(frame: pd.DataFrame, design: Design, number: int, seed: int) -> Floats:
    """Rows × replicates; a stratum of one unit keeps its weights.

    A statistic's variance is the mean squared difference of its replicates from it.
    """
    sample, stage = sample_of(frame, design), stages_of(frame, design)[0]
    first, unit = cells(stage.unit)
    stratum, drawn = stage.stratum[first], np.ones((len(first), number))
    draw = np.random.default_rng(seed)
    for code in np.unique(stratum):
        own = np.flatnonzero(stratum == code)
        if len(own) > 1:
            times = draw.multinomial(len(own) - 1, np.full(len(own), 1 / len(own)), number).T
            drawn[own] = times * len(own) / (len(own) - 1)
    return np.asarray(sample.weights[:, None] * drawn[unit])


def bounds(share: float, answered: float) -> tuple[float, float]:
    """What the share would be had all who did not answer said no, and had all said yes."""
    return share * answered, share * answered + 1 - answered
