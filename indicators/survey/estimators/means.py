"""Means, indices, totals and ratios: their rows."""

from dataclasses import replace

import numpy as np

from indicators.survey.inputs.arrays import Columns
from indicators.survey.request import Request
from indicators.survey.result_columns import common
from indicators.survey.variance.linear_estimates import (
    design_effects,
    linearise_ratio,
    linearise_total,
)
from indicators.survey.variance.moments import Moments


def mean_columns(request: Request, moments: Moments) -> Columns:
    """Rows of a mean or an index: the ratio of a weighted sum to the sum of weights."""
    linear = linearise_ratio(request, moments)
    return {
        **common(request, linear, "t"),
        **design_effects(request, linear),
        "numerator": linear.totals.x,
        "denominator": linear.totals.d,
    }


def total_columns(request: Request, moments: Moments) -> Columns:
    """Rows of a total; a group without any value has none, not 0."""
    linear = linearise_total(request, moments)
    nothing = linear.totals.n == 0
    linear = replace(linear, estimate=np.where(nothing, np.nan, linear.estimate))
    return {
        **common(request, linear, "t"),
        **design_effects(request, linear),
        "numerator": linear.estimate,
    }


def ratio_columns(request: Request, moments: Moments) -> Columns:
    """Rows of a ratio, from rows with both values."""
    linear = linearise_ratio(request, moments)
    return {
        **common(request, linear, "t"),
        "numerator": linear.totals.x,
        "denominator": linear.totals.d,
    }
