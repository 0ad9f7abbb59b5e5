"""Rows, or cells of rows, with the moments that each statistic has there."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from indicators.survey.design import Design, Sample, sample_of
from indicators.survey.inputs.arrays import Booleans, Floats, Integers
from indicators.survey.inputs.columns import SurveyData, numbers, read_columns
from indicators.survey.inputs.domain import Condition, inside_of
from indicators.survey.statistic import Quantile, Ratio, Statistic, columns_used, outcome
from indicators.survey.variance.moments import Moments, row_moments


@dataclass(frozen=True)
class AnalysisRows:
    """What estimates are made from: a frame of rows, or of cells of rows that nothing divides.

    rows, weighted_rows: rows that a position stands for, and those with a weight above 0; inside:
    whether it is in the domain; moments: of each statistic, None for a quantile; given: the
    place of a row in the data.
    """

    frame: pd.DataFrame
    sample: Sample
    rows: Floats
    weighted_rows: Floats
    inside: Booleans
    moments: Sequence[Moments | None]
    given: Integers


def every_row(
    data: SurveyData,
    design: Design,
    statistics: Sequence[Statistic],
    dimensions: Sequence[str],
    domain: Sequence[Condition],
) -> AnalysisRows:
    """Each row a position, in a fixed order."""
    used = [name for statistic in statistics for name in columns_used(statistic)]
    conditions = [condition.column for condition in domain]
    frame, given = read_columns(data, [*design.columns, *dimensions, *conditions, *used])
    sample = sample_of(frame, design)
    inside = inside_of(frame, domain)
    moments = [_moments(frame, sample, inside, statistic) for statistic in statistics]
    weighted = (sample.weights != 0).astype(np.float64)
    return AnalysisRows(frame, sample, np.ones(len(frame)), weighted, inside, moments, given)


def _moments(
    frame: pd.DataFrame, sample: Sample, inside: Booleans, statistic: Statistic
) -> Moments | None:
    if isinstance(statistic, Quantile):
        return None
    value = outcome(frame, statistic)
    used = inside & ~np.isnan(value)
    if not isinstance(statistic, Ratio):
        return row_moments(sample.weights, used, value)
    denominator = numbers(frame[statistic.denominator])
    return row_moments(sample.weights, used & ~np.isnan(denominator), value, denominator)
