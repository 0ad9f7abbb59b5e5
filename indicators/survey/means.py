"""Means, indices, totals and ratios: their rows."""

from dataclasses import replace

import numpy as np

from indicators.survey.arrays import Columns
from indicators.survey.columns import numbers
from indicators.survey.linear_estimates import design_effects, linearise_ratio, linearise_total
from indicators.survey.request import Request
from indicators.survey.result_columns import common
from indicators.survey.statistic import Index, Mean, Ratio, Total, outcome


def mean_columns(request: Request, statistic: Mean | Index) -> Columns:
    """Rows of a mean or an index: the ratio of a weighted sum to the sum of weights."""
    value = outcome(request.frame, statistic)
    used = request.inside & ~np.isnan(value)
    linear = linearise_ratio(request, used, value, np.ones(len(value)))
    return {
        **common(request, used, linear, "t"),
        **design_effects(request, used, linear),
        "numerator": linear.totals[:, 0],
        "denominator": linear.totals[:, 1],
    }


def total_columns(request: Request, statistic: Total) -> Columns:
    """Rows of a total; a group without any value has none, not 0."""
    value = outcome(request.frame, statistic)
    used = request.inside & ~np.isnan(value)
    linear = linearise_total(request, used, value)
    nothing = request.count(used) == 0
    linear = replace(linear, estimate=np.where(nothing, np.nan, linear.estimate))
    return {
        **common(request, used, linear, "t"),
        **design_effects(request, used, linear),
        "numerator": linear.estimate,
    }


def ratio_columns(request: Request, statistic: Ratio) -> Columns:
    """Rows of a ratio, from rows with both values."""
    numerator = outcome(request.frame, statistic)
    denominator = numbers(request.frame[statistic.denominator])
    used = request.inside & ~np.isnan(numerator) & ~np.isnan(denominator)
    linear = linearise_ratio(request, used, numerator, denominator)
    return {
        **common(request, used, linear, "t"),
        "numerator": linear.totals[:, 0],
        "denominator": linear.totals[:, 1],
    }
