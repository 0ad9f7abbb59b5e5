"""Weighted quantiles by the rules that R's `svyquantile` names, and Woodruff's limits for them.

Source: Hyndman and Fan (1996) types 1 to 9 with weights, Shah and Vaish (2006), Woodruff (1952);
hf3 and shahvaish as the package has them, which is not quite as published.
Departure from R `survey` 4.1.1: below the first step of the weighted distribution R answers with
the second smallest value; here the answer is the smallest.
"""

from dataclasses import dataclass, replace

import numpy as np

from indicators.survey.inputs.arrays import Columns, Floats, sums
from indicators.survey.inputs.request import Request
from indicators.survey.result_columns import common, reasons
from indicators.survey.statistic import Quantile, outcome
from indicators.survey.variance.intervals import (
    Limits,
    asin_limits,
    beta_limits,
    logit_limits,
    t_quantile,
    wald,
)
from indicators.survey.variance.linear_estimates import linearise_ratio
from indicators.survey.variance.moments import row_moments

# Share of the previous and of the own weight in the position of a value, and of the last weight
# in the whole (Hyndman and Fan's plotting positions, weighted).
_POSITIONS = {
    "hf5": (1 / 2, 1 / 2, 0.0),
    "hf6": (0.0, 1.0, 1.0),
    "hf8": (1 / 3, 2 / 3, 1 / 3),
    "hf9": (3 / 8, 5 / 8, 1 / 4),
}
# These place a value by its own weight, so that equal values count in the order of the data, as in
# R: other orders give other figures. The other rules see a group of equal values as one.
ORDER_OF_TIES_MATTERS = ("shahvaish", "hf4", "hf5", "hf6", "hf7", "hf8", "hf9")


@dataclass(frozen=True)
class WeightedValues:
    """Values of one group in ascending order, their weights and the running sum of weights."""

    values: Floats
    weights: Floats
    running: Floats

    @staticmethod
    def of(values: Floats, weights: Floats) -> "WeightedValues":
        """Leaves out rows without weight."""
        kept = weights != 0
        values, weights = values[kept], weights[kept]
        order = np.argsort(values, kind="stable")
        # Extended precision, rounded once: as R sums, so that a share that falls exactly on a
        # step of the distribution is met and not missed by rounding.
        running = np.cumsum(weights[order].astype(np.longdouble)).astype(np.float64)
        return WeightedValues(values[order], weights[order], running)

    def quantile(self, share: float, rule: str) -> float:
        """The quantile for `share` (0 to 1) by one of `statistic.QUANTILE_RULES`; NaN if none."""
        if np.isnan(share) or len(self.values) == 0:
            return float("nan")
        if len(self.values) == 1:
            return float(self.values[0])
        if rule in ("math", "hf1", "school", "hf2", "hf4"):
            return self._step(share, rule)
        if rule == "hf3":
            return self._distinct()._nearest_even(share)
        if rule == "shahvaish":
            return self._shah_vaish(share)
        return self._interpolated(share, rule)

    def _last_below(self, share: float) -> int:
        """Position of the last value whose running sum does not exceed the share; -1 if none."""
        return int(np.searchsorted(self.running, share * self.running[-1], side="right")) - 1

    def _step(self, share: float, rule: str) -> float:
        below = self._last_below(share)
        if below < 0:
            return float(self.values[0])
        above = min(below + 1, len(self.values) - 1)
        low, high = float(self.values[below]), float(self.values[above])
        past = share - self.running[below] / self.running[-1]
        if rule == "hf4":
            ahead = self.running[above] / self.running[-1] - share
            weight = past / (past + ahead) if past + ahead > 0 else 0.0
            return low * (1 - weight) + high * weight
        if past != 0:
            return high
        return low if rule in ("math", "hf1") else (low + high) / 2

    def _distinct(self) -> "WeightedValues":
        values, cell = np.unique(self.values, return_inverse=True)
        return WeightedValues.of(values, sums(cell, self.weights, len(values)))

    def _nearest_even(self, share: float) -> float:
        below = self._last_below(share)
        above = min(below + 1, len(self.values) - 1)
        exact = below >= 0 and share - self.running[below] / self.running[-1] == 0
        is_even = (below + 1) % 2 == 0
        return float(self.values[below if exact and is_even else above])

    def _shah_vaish(self, share: float) -> float:
        size = len(self.values)
        scaled = np.cumsum(self.weights / np.mean(self.weights))
        position = (scaled + 0.5 - self.weights / 2) / (size + 1)
        order = np.argsort(position, kind="stable")
        found = int(np.searchsorted(position[order], share, side="right")) - 1
        return float(self.values[order][max(found, 0)])

    def _interpolated(self, share: float, rule: str) -> float:
        previous = np.concatenate([[0.0], self.running[:-1]])
        if rule == "hf7":
            position = previous / self.running[-2]
        else:
            before, own, last = _POSITIONS[rule]
            whole = self.running[-1] + last * self.weights[-1]
            position = (before * previous + own * self.running) / whole
        return float(np.interp(share, position, self.values))


def distribution_limits(
    method: str, p: Floats, se: Floats, df: Floats, n: Floats, confidence: float
) -> Limits:
    """Limits for the distribution function at the quantile; NaN where they leave 0 to 1."""
    with np.errstate(divide="ignore", invalid="ignore"):
        if method == "xlogit":
            low, high = logit_limits(p, se, df, confidence)
        elif method == "asin":
            low, high = asin_limits(p, se, df, confidence)
        elif method == "beta":
            low, high = beta_limits(p, se, df, n, confidence)
        else:
            low, high = wald(p, se, df, confidence)
        return np.where(low < 0, np.nan, low), np.where(high > 1, np.nan, high)


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
