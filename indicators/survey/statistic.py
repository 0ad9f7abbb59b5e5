"""What is asked of a survey: one frozen dataclass a statistic, and the outcome that each row has.

How a statistic is estimated does not belong here: see `linearisation.py` and `quantiles.py`.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from indicators.foundation.errors import Problem, WrongUse
from indicators.survey.inputs.arrays import Floats
from indicators.survey.inputs.columns import comparable, numbers

PROPORTION_INTERVALS = (
    "logit",
    "xlogit",
    "beta",
    "mean",
    "asin",
    "kg_capped",
    "kg_capped_df_adjusted",
)
WOODRUFF_INTERVALS = ("mean", "xlogit", "beta", "asin")


@dataclass(frozen=True)
class Proportion:
    """Share (0 to 1) of rows where `variable` is `level`, or one of a tuple of levels.

    Values in `not_counted` (don't know, refused) are treated as missing. `interval` picks the
    method behind `ci_low` and `ci_high`; every method is in the columns `ci` and `kg_capped...`.
    """

    variable: str
    level: Any
    not_counted: tuple[Any, ...] = ()
    interval: str = "xlogit"

    def __post_init__(self) -> None:
        check_choice("interval", self.interval, PROPORTION_INTERVALS)


@dataclass(frozen=True)
class Mean:
    """Weighted mean of a numeric column, in its unit."""

    variable: str


@dataclass(frozen=True)
class Total:
    """Weighted sum of a numeric column: population units times the weight scale."""

    variable: str


@dataclass(frozen=True)
class Ratio:
    """Weighted sum of `variable` over weighted sum of `denominator`, rows with both values."""

    variable: str
    denominator: str


@dataclass(frozen=True)
class Quantile:
    """Weighted quantile (`quantile` 0 to 1) with a Woodruff (1952) interval.

    `qrule`: math, school, shahvaish or hf1 to hf9 (Hyndman and Fan 1996, weighted), as R names
    them; hf4 to hf9 and shahvaish take equal values in the order of the data, as R does.
    `interval_type`: method of the interval for the distribution function.
    """

    variable: str
    quantile: float
    qrule: str = "math"
    interval_type: str = "mean"

    def __post_init__(self) -> None:
        check_choice("interval_type", self.interval_type, WOODRUFF_INTERVALS)
        check_choice("qrule", self.qrule, QUANTILE_RULES)
        if not 0 <= self.quantile <= 1:
            raise WrongUse(Problem("survey_quantile", value=str(self.quantile)))


@dataclass(frozen=True)
class Difference:
    """Mean or proportion (with `level`) where `group_column` = `group_b`, minus = `group_a`.

    The variance holds the covariance from PSUs that have rows of both groups, so two waves in the
    same PSUs, or men and women of the same villages, are compared rightly.
    """

    variable: str
    group_column: str
    group_a: Any
    group_b: Any
    level: Any = None
    not_counted: tuple[Any, ...] = ()


@dataclass(frozen=True)
class TTest:
    """The difference as R's `svyttest`: rows without a value leave first, df is one less."""

    variable: str
    group_column: str
    group_a: Any
    group_b: Any
    level: Any = None
    not_counted: tuple[Any, ...] = ()


@dataclass(frozen=True)
class Index:
    """Mean over rows of the row's mean of several numeric items.

    A row with fewer than `minimum_answered` items has no index and leaves as a missing value.
    """

    variables: tuple[str, ...]
    minimum_answered: int = 1


Statistic = Proportion | Mean | Total | Ratio | Quantile | Difference | TTest | Index

QUANTILE_RULES = ("math", "school", "shahvaish", *(f"hf{number}" for number in range(1, 10)))


def check_choice(option: str, value: str, choices: tuple[str, ...]) -> None:
    """Raise WrongUse naming the choices where `value` is none of them."""
    if value not in choices:
        parameters = {"option": option, "choices": ", ".join(choices)}
        raise WrongUse(Problem("survey_choice", value=value, parameters=parameters))


def columns_used(statistic: Statistic) -> tuple[str, ...]:
    """Names of the data columns that the statistic reads."""
    if isinstance(statistic, Index):
        return statistic.variables
    if isinstance(statistic, Ratio):
        return (statistic.variable, statistic.denominator)
    if isinstance(statistic, Difference | TTest):
        return (statistic.variable, statistic.group_column)
    return (statistic.variable,)


def outcome(frame: pd.DataFrame, statistic: Statistic) -> Floats:
    """The value of every row, NaN where missing; for a proportion 1, 0 or NaN.

    For a ratio this is the numerator. Raises WrongUse for a column that holds no numbers.
    """
    if isinstance(statistic, Index):
        return _row_means(frame, statistic)
    column = frame[statistic.variable]
    if isinstance(statistic, Proportion | Difference | TTest) and statistic.level is not None:
        return _is_level(column, statistic.level, statistic.not_counted)
    if isinstance(statistic, Difference | TTest) and statistic.not_counted:
        column = column.mask(column.isin(statistic.not_counted))
    return numbers(column)


def _is_level(column: pd.Series, level: Any, not_counted: tuple[Any, ...]) -> Floats:
    given = level if isinstance(level, tuple) else (level,)
    levels = [comparable(column, value) for value in given]
    counted = np.asarray(column.isin(levels).to_numpy(), dtype=np.float64)
    counted[(column.isna() | column.isin(not_counted)).to_numpy(dtype=bool)] = float("nan")
    return counted


def _row_means(frame: pd.DataFrame, index: Index) -> Floats:
    items = pd.DataFrame({name: numbers(frame[name]) for name in index.variables})
    answered = items.notna().sum(axis=1)
    return items.mean(axis=1).where(answered >= index.minimum_answered).to_numpy(dtype="float64")
