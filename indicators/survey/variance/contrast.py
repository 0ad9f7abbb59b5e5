"""A weighted sum of group means with its error: how far one change differs from another.

The variance is that of the sum of influence values over the units, so groups of the same units vary
together in it: R's `svycontrast` over `svyby(..., covmat = TRUE)` (Lumley 2010, chapter 2).
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy import special

from indicators.survey.design import Design, Sample, sample_of
from indicators.survey.inputs.arrays import Floats, sums
from indicators.survey.variance.linearisation import UnitCells, degrees_of_freedom, variance


@dataclass(frozen=True)
class Contrast:
    """The weighted sum; `se` and limits None where the design gives no error. `n`: rows in it."""

    estimate: float
    se: float | None
    ci_low: float | None
    ci_high: float | None
    df: int
    n: int


def contrast(
    frame: pd.DataFrame,
    design: Design,
    outcome: str,
    group: str,
    weights: Mapping[str, float],
    confidence: float = 0.95,
) -> Contrast | None:
    """The sum of the means of groups, each times its weight; None where a group has no row.

    Of two groups before and after: -1, 1, 1, -1. Rows of no named group, or without an outcome,
    stay in the design with nothing to add.
    """
    sample = sample_of(frame, design)
    value = frame[outcome].to_numpy(dtype=float)
    estimate, number, influence = 0.0, 0, np.zeros(len(frame))
    for name, weight in weights.items():
        inside = (frame[group] == name).to_numpy() & np.isfinite(value)
        own = np.where(inside, sample.weights, 0.0)
        if not own.sum():
            return None
        mean = float(own @ np.nan_to_num(value) / own.sum())
        estimate += weight * mean
        number += int(inside.sum())
        influence += weight * own * (np.nan_to_num(value) - mean) / own.sum()
    se, df = error_of_sum(influence, sample, design)
    if not (df > 0 and math.isfinite(se)):
        return Contrast(estimate, None, None, None, df, number)
    reach = float(special.stdtrit(df, (1 + confidence) / 2)) * se
    return Contrast(estimate, se, estimate - reach, estimate + reach, df, number)


def error_of_sum(influence: Floats, sample: Sample, design: Design) -> tuple[float, int]:
    """Standard error and degrees of freedom of the sum of weighted influence values, one a row."""
    position = np.arange(len(influence))
    everybody = np.zeros(len(influence), dtype=np.int64)
    unit = UnitCells.of(sample, everybody, position, 1)
    values = sums(unit.cell, influence, len(unit.group))[np.newaxis]
    found = variance(unit, values, np.ones(values.shape, dtype=bool), sample, design)[0, 0]
    return math.sqrt(found), int(degrees_of_freedom(sample, everybody, position, 1)[0])
