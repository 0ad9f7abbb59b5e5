"""Differences between two groups of rows, and the t-test: their rows."""

from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd
from scipy.special import stdtr

from indicators.survey.inputs.arrays import Booleans, Columns
from indicators.survey.inputs.columns import comparable
from indicators.survey.request import Request
from indicators.survey.result_columns import common, reasons
from indicators.survey.statistic import Difference, TTest
from indicators.survey.variance.intervals import wald
from indicators.survey.variance.linear_estimates import Linear, linearise_difference
from indicators.survey.variance.moments import Moments


def difference_columns(
    request: Request, moments: Moments, statistic: Difference | TTest
) -> Columns:
    """Rows of a difference or t-test; groups without one of the two have no figure.

    `moments`: one line, of the variable. No position holds rows of both groups.
    """
    column = request.frame[statistic.group_column]
    is_a, is_b = _rows_of(column, statistic.group_a), _rows_of(column, statistic.group_b)
    request = request.only(is_a | is_b)
    n_rows = request.n_rows
    if isinstance(statistic, TTest):
        with_value = replace(request, rows=moments.n[0], weighted_rows=moments.weighted[0])
        request = with_value.only(moments.n[0] > 0)
    linear, a, b = linearise_difference(request, moments.kept(is_a), moments.kept(is_b))
    if isinstance(statistic, TTest):
        return _t_test(request, linear) | {"n_rows": n_rows}
    return {
        **common(request, linear, "t"),
        "estimate_a": a.estimate,
        "se_a": a.se,
        "estimate_b": b.estimate,
        "se_b": b.se,
        "se_if_independent": np.sqrt(a.variance + b.variance),
    }


def _rows_of(column: pd.Series, group: Any) -> Booleans:
    return np.asarray((column == comparable(column, group)).fillna(False).to_numpy(dtype=bool))


def _t_test(request: Request, linear: Linear) -> Columns:
    columns = common(request, linear, "svyttest")
    df = columns["df"] - 1
    floating = df.astype(np.float64)
    low, high = wald(columns["estimate"], columns["se"], floating, request.confidence)
    with np.errstate(divide="ignore", invalid="ignore"):
        t = columns["estimate"] / columns["se"]
    p_value = np.where(df > 0, 2 * stdtr(np.where(df > 0, floating, 1.0), -np.abs(t)), np.nan)
    columns |= {"df": df, "ci_low": low, "ci_high": high, "t": t, "p_value": p_value}
    return columns | {"ci_reason": reasons(columns)}
