"""Weights, outcomes and conditions as expressions of DuckDB, with the checks of `columns.py`.

Names and values of the caller go in as expressions, never as text of a query.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import reduce
from operator import add
from typing import Any

import duckdb
import numpy as np
import pandas as pd
from duckdb import CaseExpression, ColumnExpression, ConstantExpression, Expression
from duckdb import FunctionExpression as Function

from indicators.survey.inputs.columns import (
    RowsElsewhere,
    SurveyData,
    as_truth,
    check_known,
    check_same_kind,
)
from indicators.survey.inputs.domain import COMPARISONS, Condition
from indicators.survey.statistic import (
    Difference,
    Index,
    Proportion,
    Ratio,
    Statistic,
    TTest,
)

ZERO, ONE = ConstantExpression(0.0), ConstantExpression(1.0)


@dataclass(frozen=True)
class Source:
    """The rows as a relation, the type of each column, and who reads what is made of them."""

    relation: duckdb.DuckDBPyRelation
    types: dict[str, str]
    read: Callable[[duckdb.DuckDBPyRelation], pd.DataFrame]

    @staticmethod
    def of(data: SurveyData, names: Sequence[str]) -> "Source":
        """The columns `names`. Raises WrongUse for one that the data do not have."""
        wanted = list(dict.fromkeys(names))
        check_known(data, wanted)
        read: Callable[[duckdb.DuckDBPyRelation], pd.DataFrame] = duckdb.DuckDBPyRelation.df
        if isinstance(data, RowsElsewhere):
            read = data.read
            data = data.relation
        if isinstance(data, pd.DataFrame):
            connection = duckdb.connect()
            connection.execute("SET enable_progress_bar = false")
            data = connection.from_df(data.loc[:, wanted])
        relation = data.select(*map(ColumnExpression, wanted))
        types = zip(relation.columns, map(str, relation.types), strict=True)
        return Source(relation, dict(types), read)

    def is_text(self, name: str) -> bool:
        """Whether the column holds text."""
        return self.types[name] == "VARCHAR" or self.types[name].startswith("ENUM")

    def present(self, name: str) -> Expression:
        """Whether there is a value: neither null nor not a number."""
        column = ColumnExpression(name)
        if self.types[name] in ("FLOAT", "DOUBLE"):
            return column.isnotnull() & ~Function("isnan", column)
        return column.isnotnull()

    def is_one_of(self, name: str, values: Sequence[Any]) -> Expression:
        """Whether the value is one of these. Raises WrongUse for text among numbers."""
        values = [self._as_held(name, value) for value in values]
        if not values:
            return ConstantExpression(False)
        return ColumnExpression(name).isin(*map(_constant, values))

    def _as_held(self, name: str, value: Any) -> Any:
        value = as_truth(value) if self.types[name] == "BOOLEAN" else value
        check_same_kind(name, self.is_text(name), value)
        return value

    def number(self, name: str) -> Expression:
        """The value as a number; null for text that is none."""
        return ColumnExpression(name).try_cast("DOUBLE")

    def not_a_number(self, name: str) -> Expression:
        """The text that is no number; null where there is none."""
        wrong = ColumnExpression(name).isnotnull() & self.number(name).isnull()
        return only(wrong, ColumnExpression(name))

    def condition(self, condition: Condition) -> Expression:
        """Whether a row fulfils it; a missing value does not."""
        name = condition.column
        if condition.op == "in":
            holds = self.is_one_of(name, list(condition.value))
        else:
            value = _constant(self._as_held(name, condition.value))
            holds = COMPARISONS[condition.op](ColumnExpression(name), value)
        return self.present(name) & holds


def only(condition: Expression, value: Expression) -> Expression:
    """The value where the condition holds, else null."""
    return CaseExpression(condition, value)


def _constant(value: Any) -> Expression:
    return ConstantExpression(value.item() if isinstance(value, np.generic) else value)


@dataclass(frozen=True)
class Outcome:
    """Where a row has a value, the value, and its denominator (None: 1).

    is_share: the value is true or false, to be counted as 1 and 0. numbers: columns that must
    hold numbers.
    """

    used: Expression
    value: Expression
    is_share: bool = False
    denominator: Expression | None = None
    numbers: tuple[str, ...] = ()


def outcome_of(source: Source, statistic: Statistic) -> Outcome:
    """What `statistic.outcome` finds in a frame, as expressions; no quantile.

    Raises WrongUse for a level of another kind than its column.
    """
    if isinstance(statistic, Index):
        return _row_mean(source, statistic)
    name = statistic.variable
    used = source.present(name)
    if isinstance(statistic, Ratio):
        other = statistic.denominator
        both = used & source.present(other)
        return Outcome(
            both, source.number(name), False, source.number(other), numbers=(name, other)
        )
    if isinstance(statistic, Proportion | Difference | TTest):
        if statistic.not_counted:
            used = used & ~ColumnExpression(name).isin(*map(_constant, statistic.not_counted))
        if statistic.level is not None:
            level = statistic.level
            levels = level if isinstance(level, tuple) else (level,)
            return Outcome(used, source.is_one_of(name, levels), is_share=True)
    return Outcome(used, source.number(name), numbers=(name,))


def _row_mean(source: Source, index: Index) -> Outcome:
    names = index.variables
    given = [only(source.present(name), ONE).otherwise(ZERO) for name in names]
    values = [only(source.present(name), source.number(name)).otherwise(ZERO) for name in names]
    answered = reduce(add, given)
    enough = answered >= ConstantExpression(float(max(index.minimum_answered, 1)))
    return Outcome(enough, reduce(add, values) / answered, numbers=names)
