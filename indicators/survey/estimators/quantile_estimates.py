"""Quantiles of survey variables: their rows, with Woodruff intervals. Loops over groups."""

from dataclasses import replace

import numpy as np

from indicators.survey.estimators.quantiles import (
    ORDER_OF_TIES_MATTERS,
    WeightedValues,
    distribution_limits,
)
from indicators.survey.inputs.arrays import Columns, Floats
from indicators.survey.request import Request
from indicators.survey.result_columns import common, reasons
from indicators.survey.statistic import Quantile, outcome
from indicators.survey.variance.intervals import t_quantile
from indicators.survey.variance.linear_estimates import linearise_ratio
from indicators.survey.variance.moments import row_moments


def quantile_columns(request: Request, statistic: Quantile) -> Columns:
    """Rows of a quantile; rows without a value leave before df is counted, as in R.

    The groups are those of one grouping: each row has the quantile of one group.
    """
    value = outcome(request.frame, statistic)
    valued = request.only(~np.isnan(value))
    groups = _weighted_values(valued, value, statistic.qrule)
    found = _at_shares(groups, np.full(request.size, statistic.quantile), statistic.qrule)
    used, reached = np.zeros(len(value), dtype=bool), np.zeros(len(value))
    used[valued.position] = True
    reached[valued.position] = value[valued.position] <= found[valued.group]
    share = linearise_ratio(request, row_moments(request.sample.weights, used, reached))
    df = valued.df
    limits = distribution_limits(
        statistic.interval_type,
        share.estimate,
        share.se,
        df.astype(np.float64),
        share.totals.n,
        request.confidence,
    )
    low, high = (_at_shares(groups, shares, statistic.qrule) for shares in limits)
    se = (high - low) / (2 * t_quantile(df.astype(np.float64), request.confidence))
    unusable = np.isnan(low) | np.isnan(high)
    columns = common(request, replace(share, estimate=found), "")
    columns |= {
        "se": se,
        "df": df,
        "ci_low": np.where(unusable, np.nan, low),
        "ci_high": np.where(unusable, np.nan, high),
        "ci_method": f"woodruff-{statistic.interval_type}",
        "qrule": statistic.qrule,
    }
    return columns | {"ci_reason": reasons(columns)}


def _at_shares(groups: list[WeightedValues], shares: Floats, rule: str) -> Floats:
    found = [group.quantile(share, rule) for group, share in zip(groups, shares, strict=True)]
    return np.array(found, dtype=np.float64)


def _weighted_values(request: Request, value: Floats, rule: str) -> list[WeightedValues]:
    group, rows = request.group, request.position
    if rule in ORDER_OF_TIES_MATTERS:
        as_given = np.argsort(request.given[rows])
        group, rows = group[as_given], rows[as_given]
    order = np.argsort(group, kind="stable")
    ends = np.searchsorted(group[order], np.arange(request.size), side="right")
    return [
        WeightedValues.of(value[part], request.sample.weights[part])
        for part in np.split(rows[order], ends[:-1])
    ][: request.size]
