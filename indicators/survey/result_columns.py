"""The columns that every statistic returns, and the reason where there is no interval."""

from typing import Any

import numpy as np

from indicators.survey.inputs.arrays import Columns
from indicators.survey.inputs.request import Request
from indicators.survey.variance.intervals import wald
from indicators.survey.variance.linear_estimates import Linear, finite

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


def common(request: Request, linear: Linear, ci_method: str) -> Columns:
    """COLUMNS with a Wald interval; statistics overwrite what they have otherwise.

    One position an estimate: all groups of the first statistic, then of the second.
    """
    statistics = len(linear.estimate) // request.size if request.size else 0
    df, n_rows = np.tile(request.df, statistics), np.tile(request.n_rows, statistics)
    se = np.where(np.isnan(linear.estimate), np.nan, finite(linear.se))
    low, high = wald(linear.estimate, se, df.astype(np.float64), request.confidence)
    columns: Columns = dict.fromkeys(COLUMNS, np.full(len(se), np.nan))
    columns |= {
        "estimate": finite(linear.estimate),
        "se": se,
        "df": df,
        "ci_low": low,
        "ci_high": high,
        "ci_method": ci_method,
        "n": linear.totals.n.astype(np.int64),
        "n_rows": n_rows,
        "sum_weights": linear.totals.weight,
        "method": "taylor" if request.design.stated_deff is None else "stated_deff",
    }
    return columns | {"ci_reason": reasons(columns)}


def reasons(columns: Columns) -> Any:
    """Why there is no interval, one code an estimate; None where there is one."""
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
