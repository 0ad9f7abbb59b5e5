"""Shares, means, totals, ratios and differences of groups: the rows of their estimates."""

from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd
from scipy.special import stdtr

from indicators.survey.inputs.arrays import Booleans, Columns, Floats
from indicators.survey.inputs.columns import comparable
from indicators.survey.inputs.request import Request
from indicators.survey.result_columns import common, reasons
from indicators.survey.statistic import Difference, TTest
from indicators.survey.variance.intervals import (
    ProportionSpread,
    effective_n,
    effective_n_df_adjusted,
    proportion_limits,
    wald,
)
from indicators.survey.variance.linear_estimates import (
    Linear,
    design_effects,
    linearise_difference,
    linearise_ratio,
    linearise_total,
)
from indicators.survey.variance.moments import Moments

SVYCIPROP_METHODS = ("logit", "xlogit", "beta", "mean", "asin")
KORN_GRAUBARD = ("kg_capped", "kg_capped_df_adjusted")


def proportion_columns(
    request: Request, moments: Moments, interval: str, every_interval: bool = True
) -> Columns:
    """Rows of proportions, with `ci_low` and `ci_high` by the method `interval`.

    Without `every_interval`: that one, and the one that the NCHS presentation standards judge.
    """
    linear = linearise_ratio(request, moments)
    columns = common(request, linear, interval)
    columns |= design_effects(request, linear)
    columns |= {"numerator": linear.totals.x, "denominator": linear.totals.d}
    spread = ProportionSpread(
        columns["estimate"],
        columns["se"],
        columns["df"].astype(np.float64),
        columns["n"].astype(np.float64),
        columns["n_rows"].astype(np.float64),
    )
    zero = spread.degenerate | spread.without_variance
    spread = replace(
        spread,
        p=np.where(spread.degenerate, np.round(spread.p), spread.p),
        se=np.where(zero, 0.0, spread.se),
    )
    low, high = proportion_limits(spread, interval, request.confidence)
    columns |= {
        "estimate": spread.p,
        "se": spread.se,
        "ci_low": low,
        "ci_high": high,
        "deff": np.where(zero, np.nan, columns["deff"]),
        "deff_replace": np.where(zero, np.nan, columns["deff_replace"]),
        "degenerate": spread.degenerate,
    }
    columns["ci_reason"] = reasons(columns)
    return columns | _further_intervals(spread, request.confidence, every_interval)


def _further_intervals(spread: ProportionSpread, confidence: float, every: bool) -> Columns:
    effective: Columns = {
        "n_eff_capped": effective_n(spread),
        "n_eff_capped_df_adjusted": effective_n_df_adjusted(spread, confidence),
    }
    wanted = (*SVYCIPROP_METHODS, *KORN_GRAUBARD) if every else KORN_GRAUBARD[1:]
    limits = {method: _pairs(*proportion_limits(spread, method, confidence)) for method in wanted}
    korn_graubard = {method: limits[method] for method in KORN_GRAUBARD if method in limits}
    if not every:
        return effective | korn_graubard
    by_group = zip(*(limits[method] for method in SVYCIPROP_METHODS), strict=True)
    ci = [dict(zip(SVYCIPROP_METHODS, pairs, strict=True)) for pairs in by_group]
    return {"ci": ci} | effective | korn_graubard


def _pairs(low: Floats, high: Floats) -> list[tuple[float, float]]:
    return list(zip(low.tolist(), high.tolist(), strict=True))


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
