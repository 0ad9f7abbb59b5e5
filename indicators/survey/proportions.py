"""Proportions: their rows, with the interval of every method."""

from dataclasses import replace

import numpy as np

from indicators.survey.arrays import Columns, Floats
from indicators.survey.intervals import (
    ProportionSpread,
    effective_n,
    effective_n_df_adjusted,
    proportion_limits,
)
from indicators.survey.linear_estimates import design_effects, linearise_ratio
from indicators.survey.request import Request
from indicators.survey.result_columns import common, reasons
from indicators.survey.statistic import Proportion, outcome

SVYCIPROP_METHODS = ("logit", "xlogit", "beta", "mean", "asin")


def proportion_columns(request: Request, statistic: Proportion) -> Columns:
    """Rows of a proportion, with `ci_low` and `ci_high` by the method asked for."""
    value = outcome(request.frame, statistic)
    used = request.inside & ~np.isnan(value)
    linear = linearise_ratio(request, used, value, np.ones(len(value)))
    columns = common(request, used, linear, statistic.interval)
    columns |= design_effects(request, used, linear)
    spread = ProportionSpread(
        columns["estimate"],
        columns["se"],
        columns["df"].astype(np.float64),
        columns["n"].astype(np.float64),
        columns["n_rows"].astype(np.float64),
    )
    columns |= {"numerator": linear.totals[:, 0], "denominator": linear.totals[:, 1]}
    return columns | _proportion_intervals(request, statistic, columns, spread)


def _proportion_intervals(
    request: Request, statistic: Proportion, columns: Columns, spread: ProportionSpread
) -> Columns:
    degenerate, exact = spread.degenerate, spread.without_variance
    zero = degenerate | exact
    spread = replace(
        spread,
        p=np.where(degenerate, np.round(spread.p), spread.p),
        se=np.where(zero, 0.0, spread.se),
    )
    low, high = proportion_limits(spread, statistic.interval, request.confidence)
    found: Columns = {
        "estimate": spread.p,
        "se": spread.se,
        "ci_low": low,
        "ci_high": high,
        "deff": np.where(zero, np.nan, columns["deff"]),
        "deff_replace": np.where(zero, np.nan, columns["deff_replace"]),
        "degenerate": degenerate,
    }
    found["ci_reason"] = reasons(columns | found)
    return found | _every_interval(spread, request.confidence)


def _every_interval(spread: ProportionSpread, confidence: float) -> Columns:
    limits = {
        method: _pairs(*proportion_limits(spread, method, confidence))
        for method in (*SVYCIPROP_METHODS, "kg_capped", "kg_capped_df_adjusted")
    }
    by_group = zip(*(limits[method] for method in SVYCIPROP_METHODS), strict=True)
    return {
        "ci": [dict(zip(SVYCIPROP_METHODS, pairs, strict=True)) for pairs in by_group],
        "n_eff_capped": effective_n(spread),
        "n_eff_capped_df_adjusted": effective_n_df_adjusted(spread, confidence),
        "kg_capped": limits["kg_capped"],
        "kg_capped_df_adjusted": limits["kg_capped_df_adjusted"],
    }


def _pairs(low: Floats, high: Floats) -> list[tuple[float, float]]:
    return list(zip(low.tolist(), high.tolist(), strict=True))
