"""Proportions: their rows, with the interval of every method."""

from dataclasses import replace

import numpy as np

from indicators.survey.inputs.arrays import Columns, Floats
from indicators.survey.request import Request
from indicators.survey.result_columns import common, reasons
from indicators.survey.variance.intervals import (
    ProportionSpread,
    effective_n,
    effective_n_df_adjusted,
    proportion_limits,
)
from indicators.survey.variance.linear_estimates import design_effects, linearise_ratio
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
