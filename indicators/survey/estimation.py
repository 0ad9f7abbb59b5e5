"""`estimate`: from survey data, a design and a statistic to one row a group.

The formulas stand in `linearisation.py`, `intervals.py` and `quantiles.py`; here they are put
together. Nothing here loops over rows; only quantiles loop over groups.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd
from scipy.special import stdtr

from indicators.errors import Problem, WrongUse
from indicators.survey.arrays import Booleans, Floats, Integers, counts, sums
from indicators.survey.columns import SurveyData, check_comparable, numbers, read_columns
from indicators.survey.design import Design, Sample, sample_of
from indicators.survey.domain import Condition, groups_of
from indicators.survey.intervals import (
    ProportionSpread,
    effective_n,
    effective_n_df_adjusted,
    proportion_limits,
    t_quantile,
    wald,
)
from indicators.survey.linearisation import (
    degrees_of_freedom,
    influence,
    unit_sums,
    variance,
)
from indicators.survey.quantiles import WeightedValues, distribution_limits
from indicators.survey.statistic import (
    Difference,
    Index,
    Mean,
    Proportion,
    Quantile,
    Ratio,
    Statistic,
    Total,
    TTest,
    columns_used,
    outcome,
)

COLUMNS = (
    "estimate",
    "se",
    "df",
    "ci_low",
    "ci_high",
    "ci_method",
    "ci_reason",
    "deff",
    "deff_replace",
    "n",
    "n_rows",
    "sum_weights",
    "numerator",
    "denominator",
    "method",
)
SVYCIPROP_METHODS = ("logit", "xlogit", "beta", "mean", "asin")

Columns = dict[str, Any]


def estimate(
    data: SurveyData,
    design: Design,
    statistic: Statistic,
    by: Sequence[str] = (),
    domain: Sequence[Condition] | None = None,
    confidence: float = 0.95,
) -> pd.DataFrame:
    """Estimate `statistic` for every group of `by` inside `domain`, with its design variance.

    Returns one row for each observed combination of `by` (sorted; rows with a missing `by` value
    belong to none), or one row without `by`: the `by` columns, then COLUMNS:
    estimate, se in the unit of the variable (proportions 0 to 1, totals in population units);
    df = PSUs less strata of the domain; ci_low, ci_high with ci_method, or ci_reason (a code with
    the sentence `survey.ci_reason.<code>`) where there is none; deff against simple random
    sampling without, deff_replace with replacement; n = rows with a value, n_rows = rows of the
    domain; sum_weights of the n rows; numerator, denominator = weighted sums (mean, proportion,
    ratio; numerator alone for a total); method = taylor or stated_deff. Further columns:
    proportion: ci (limits by svyciprop method), degenerate, n_eff_capped, n_eff_capped_df_adjusted,
    kg_capped, kg_capped_df_adjusted; difference: estimate_a, se_a, estimate_b, se_b,
    se_if_independent; ttest: t, p_value; quantile: qrule. What is not defined is NaN.

    Rows outside the domain, and rows without a value, keep their PSU in the variance. Raises
    WrongUse for columns that are not there, design columns with gaps, lonely PSUs under `fail`.
    """
    by = (by,) if isinstance(by, str) else tuple(by)
    conditions = tuple(domain or ())
    names = [*design.columns, *by, *(item.column for item in conditions), *columns_used(statistic)]
    frame = read_columns(data, names)
    groups = groups_of(frame, by, conditions)
    size = groups.size
    request = _Request(frame, sample_of(frame, design), design, groups.group, size, confidence)
    columns = _columns(request, statistic)
    clash = [name for name in by if name in columns]
    if clash:
        raise WrongUse(Problem("survey_column_clash", column=clash[0]))
    return pd.concat([groups.keys, pd.DataFrame(columns, index=groups.keys.index)], axis=1)


@dataclass(frozen=True)
class _Request:
    """The data, the sample drawn, and the group of every row (-1: in none)."""

    frame: pd.DataFrame
    sample: Sample
    design: Design
    group: Integers
    size: int
    confidence: float

    @property
    def inside(self) -> Booleans:
        return self.group >= 0

    def count(self, rows: Booleans) -> Integers:
        return counts(self.group[rows], self.size)

    def weigh(self, rows: Booleans, values: Floats | None = None) -> Floats:
        weights = self.sample.weights[rows]
        return sums(
            self.group[rows], weights if values is None else weights * values[rows], self.size
        )

    def df(self, rows: Booleans) -> Integers:
        return degrees_of_freedom(self.sample, self.group, rows, self.size)


@dataclass(frozen=True)
class _Linear:
    """A linearised estimate of every group: estimate, variance, and the SRS variance beside it."""

    estimate: Floats
    variance: Floats
    srs_variance: Floats
    totals: Floats

    @property
    def se(self) -> Floats:
        return np.sqrt(self.variance)


def _columns(request: _Request, statistic: Statistic) -> Columns:
    if isinstance(statistic, Proportion):
        return _proportion(request, statistic)
    if isinstance(statistic, Mean | Index):
        return _mean(request, statistic)
    if isinstance(statistic, Total):
        return _total(request, statistic)
    if isinstance(statistic, Ratio):
        return _ratio(request, statistic)
    if isinstance(statistic, Quantile):
        return _quantile(request, statistic)
    return _difference(request, statistic)


# Linearised estimates of all groups at once


def _linearise_ratio(
    request: _Request, used: Booleans, numerator: Floats, denominator: Floats
) -> _Linear:
    """Ratio of two weighted totals; a mean is the ratio with denominator 1."""
    unit = unit_sums(request.sample, request.group, used, (numerator, denominator), request.size)
    totals = unit.totals()
    with np.errstate(divide="ignore", invalid="ignore"):
        ratio = totals[:, 0] / totals[:, 1]
        gradient = np.column_stack([1 / totals[:, 1], -ratio / totals[:, 1]])
    residual = _by_row(request, used, (numerator, denominator), gradient)
    srs = _srs_variance(request, used, residual)
    if request.design.stated_deff is not None:
        return _Linear(ratio, request.design.stated_deff * srs, srs, totals)
    spread = variance(unit, influence(unit, gradient), request.sample, request.design)
    return _Linear(ratio, spread, srs, totals)


def _linearise_total(request: _Request, used: Booleans, values: Floats) -> _Linear:
    unit = unit_sums(request.sample, request.group, used, (values,), request.size)
    totals = unit.totals()
    srs = _srs_variance(request, used, values)
    if request.design.stated_deff is not None:
        return _Linear(totals[:, 0], request.design.stated_deff * srs, srs, totals)
    spread = variance(unit, unit.parts[:, 0], request.sample, request.design)
    return _Linear(totals[:, 0], spread, srs, totals)


def _by_row(
    request: _Request, used: Booleans, parts: tuple[Floats, ...], gradient: Floats
) -> Floats:
    """Influence of each row for one unit of weight; 0 for rows that are not used."""
    value = np.zeros(len(used))
    for part, slope in zip(parts, gradient.T, strict=True):
        value += np.where(used, part, 0.0) * _at_rows(request, used, slope)
    return value


def _at_rows(request: _Request, used: Booleans, by_group: Floats) -> Floats:
    """The figure of its group at each row that is used; 0 at the others."""
    found = np.zeros(len(used))
    found[used] = by_group[request.group[used]]
    return found


def _srs_variance(request: _Request, used: Booleans, residual: Floats) -> Floats:
    """Variance under simple random sampling with replacement of as many rows (R `svyvar`)."""
    weight = request.weigh(used)
    n = request.count(used & (request.sample.weights != 0))
    with np.errstate(divide="ignore", invalid="ignore"):
        mean = request.weigh(used, residual) / weight
        centred = residual - _at_rows(request, used, mean)
        return weight * request.weigh(used, centred**2) / (n - 1)


def _design_effects(request: _Request, used: Booleans, linear: _Linear) -> Columns:
    if request.design.stated_deff is not None:
        stated = np.full(request.size, request.design.stated_deff)
        return {"deff": stated, "deff_replace": stated}
    weight = request.weigh(used)
    n = request.count(used & (request.sample.weights != 0))
    with np.errstate(divide="ignore", invalid="ignore"):
        replaced = linear.variance / linear.srs_variance
        # Weights that add up to n or less say nothing of the population's size.
        whole = weight - n <= 1e-12 * n
        without = np.where(whole, np.nan, replaced * weight / (weight - n))
    return {"deff": _finite(without), "deff_replace": _finite(replaced)}


def _finite(values: Floats) -> Floats:
    return np.where(np.isfinite(values), values, np.nan)


# The statistics


def _mean(request: _Request, statistic: Mean | Index) -> Columns:
    value = outcome(request.frame, statistic)
    used = request.inside & ~np.isnan(value)
    linear = _linearise_ratio(request, used, value, np.ones(len(value)))
    return {
        **_common(request, used, linear, "t"),
        **_design_effects(request, used, linear),
        "numerator": linear.totals[:, 0],
        "denominator": linear.totals[:, 1],
    }


def _total(request: _Request, statistic: Total) -> Columns:
    value = outcome(request.frame, statistic)
    used = request.inside & ~np.isnan(value)
    linear = _linearise_total(request, used, value)
    nothing = request.count(used) == 0
    linear = replace(linear, estimate=np.where(nothing, np.nan, linear.estimate))
    return {
        **_common(request, used, linear, "t"),
        **_design_effects(request, used, linear),
        "numerator": linear.estimate,
    }


def _ratio(request: _Request, statistic: Ratio) -> Columns:
    numerator = outcome(request.frame, statistic)
    denominator = numbers(request.frame[statistic.denominator])
    used = request.inside & ~np.isnan(numerator) & ~np.isnan(denominator)
    linear = _linearise_ratio(request, used, numerator, denominator)
    return {
        **_common(request, used, linear, "t"),
        "numerator": linear.totals[:, 0],
        "denominator": linear.totals[:, 1],
    }


def _common(request: _Request, used: Booleans, linear: _Linear, ci_method: str) -> Columns:
    """COLUMNS with a Wald interval; statistics overwrite what they have otherwise."""
    df = request.df(request.inside)
    se = np.where(np.isnan(linear.estimate), np.nan, _finite(linear.se))
    low, high = wald(linear.estimate, se, df.astype(np.float64), request.confidence)
    columns: Columns = dict.fromkeys(COLUMNS, np.full(request.size, np.nan))
    columns |= {
        "estimate": _finite(linear.estimate),
        "se": se,
        "df": df,
        "ci_low": low,
        "ci_high": high,
        "ci_method": ci_method,
        "n": request.count(used),
        "n_rows": request.count(request.inside),
        "sum_weights": request.weigh(used),
        "method": "taylor" if request.design.stated_deff is None else "stated_deff",
    }
    return columns | {"ci_reason": _reasons(columns)}


def _reasons(columns: Columns) -> Any:
    """Why there is no interval, one code a group; None where there is one."""
    missing = np.isnan(columns["ci_low"])
    degenerate = columns.get("degenerate", np.zeros(len(missing), dtype=bool))
    cases = [
        ~missing,
        columns["n"] == 0,
        degenerate,
        columns["df"] <= 0,
        columns["se"] == 0,
    ]
    names = [None, "no_values", "zero_or_full", "no_degrees_of_freedom", "no_variance"]
    found = np.full(len(missing), "not_defined", dtype=object)
    for case, name in reversed(list(zip(cases, names, strict=True))):
        found[case] = name
    return found


def _proportion(request: _Request, statistic: Proportion) -> Columns:
    value = outcome(request.frame, statistic)
    used = request.inside & ~np.isnan(value)
    linear = _linearise_ratio(request, used, value, np.ones(len(value)))
    columns = _common(request, used, linear, statistic.interval)
    columns |= _design_effects(request, used, linear)
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
    request: _Request, statistic: Proportion, columns: Columns, spread: ProportionSpread
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
    found["ci_reason"] = _reasons(columns | found)
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


def _quantile(request: _Request, statistic: Quantile) -> Columns:
    value = outcome(request.frame, statistic)
    used = request.inside & ~np.isnan(value)
    groups = _weighted_values(request, used, value)
    found = _at_shares(groups, np.full(request.size, statistic.quantile), statistic.qrule)
    reached = np.where(used, value <= _at_rows(request, used, found), 0.0)
    share = _linearise_ratio(request, used, reached, np.ones(len(value)))
    df = request.df(used)
    n = request.count(used)
    limits = distribution_limits(
        statistic.interval_type,
        share.estimate,
        share.se,
        df.astype(np.float64),
        n.astype(np.float64),
        request.confidence,
    )
    low, high = (_at_shares(groups, shares, statistic.qrule) for shares in limits)
    se = (high - low) / (2 * t_quantile(df.astype(np.float64), request.confidence))
    unusable = np.isnan(low) | np.isnan(high)
    columns = _common(request, used, replace(share, estimate=found), "")
    columns |= {
        "se": se,
        "df": df,
        "ci_low": np.where(unusable, np.nan, low),
        "ci_high": np.where(unusable, np.nan, high),
        "ci_method": f"woodruff-{statistic.interval_type}",
        "qrule": statistic.qrule,
    }
    return columns | {"ci_reason": _reasons(columns)}


def _at_shares(groups: list[WeightedValues], shares: Floats, rule: str) -> Floats:
    found = [group.quantile(share, rule) for group, share in zip(groups, shares, strict=True)]
    return np.array(found, dtype=np.float64)


def _weighted_values(request: _Request, used: Booleans, value: Floats) -> list[WeightedValues]:
    rows = np.flatnonzero(used)
    rows = rows[np.argsort(request.group[rows], kind="stable")]
    ends = np.cumsum(request.count(used))
    return [
        WeightedValues.of(value[part], request.sample.weights[part])
        for part in np.split(rows, ends[:-1])
    ][: request.size]


def _difference(request: _Request, statistic: Difference | TTest) -> Columns:
    column = request.frame[statistic.group_column]
    for wanted in (statistic.group_a, statistic.group_b):
        check_comparable(column, wanted)
    is_a = np.asarray((column == statistic.group_a).fillna(False).to_numpy(dtype=bool))
    is_b = np.asarray((column == statistic.group_b).fillna(False).to_numpy(dtype=bool))
    value = outcome(request.frame, statistic)
    has_value = ~np.isnan(value)
    inside = request.inside & (is_a | is_b)
    n_rows = request.count(inside)
    if isinstance(statistic, TTest):
        inside = inside & has_value
    request = replace(request, group=np.where(inside, request.group, -1))
    a, b = (
        _linearise_ratio(request, inside & has_value & rows, value, np.ones(len(value)))
        for rows in (is_a, is_b)
    )
    linear = _linearise_difference(request, is_b, has_value, value, (a, b))
    if isinstance(statistic, TTest):
        return _t_test(request, inside, linear) | {"n_rows": n_rows}
    return {
        **_common(request, inside & has_value, linear, "t"),
        "estimate_a": a.estimate,
        "se_a": a.se,
        "estimate_b": b.estimate,
        "se_b": b.se,
        "se_if_independent": np.sqrt(a.variance + b.variance),
    }


def _linearise_difference(
    request: _Request,
    is_b: Booleans,
    has_value: Booleans,
    value: Floats,
    means: tuple[_Linear, _Linear],
) -> _Linear:
    """Mean of b less mean of a; the variance from the PSU sums of both, so with covariance."""
    a, b = means
    filled = np.where(has_value, value, 0.0)
    parts = (
        filled * ~is_b,
        filled * is_b,
        (has_value & ~is_b).astype(np.float64),
        (has_value & is_b).astype(np.float64),
    )
    difference = b.estimate - a.estimate
    srs = a.srs_variance + b.srs_variance
    unit = unit_sums(request.sample, request.group, request.inside, parts, request.size)
    totals = unit.totals()
    if request.design.stated_deff is not None:
        return _Linear(difference, request.design.stated_deff * srs, srs, totals)
    weight_a, weight_b = totals[:, 2], totals[:, 3]
    with np.errstate(divide="ignore", invalid="ignore"):
        gradient = np.column_stack(
            [-1 / weight_a, 1 / weight_b, a.estimate / weight_a, -b.estimate / weight_b]
        )
        values = influence(unit, gradient)
    return _Linear(difference, variance(unit, values, request.sample, request.design), srs, totals)


def _t_test(request: _Request, used: Booleans, linear: _Linear) -> Columns:
    columns = _common(request, used, linear, "svyttest")
    df = columns["df"] - 1
    floating = df.astype(np.float64)
    low, high = wald(columns["estimate"], columns["se"], floating, request.confidence)
    with np.errstate(divide="ignore", invalid="ignore"):
        t = columns["estimate"] / columns["se"]
    p_value = np.where(df > 0, 2 * stdtr(np.where(df > 0, floating, 1.0), -np.abs(t)), np.nan)
    columns |= {"df": df, "ci_low": low, "ci_high": high, "t": t, "p_value": p_value}
    return columns | {"ci_reason": _reasons(columns)}
