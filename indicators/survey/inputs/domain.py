"""Domains and groups: which rows an estimate is about.

Rows outside are not dropped before the design is read: they keep their PSU in the variance.
"""

import operator
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

import numpy as np
import pandas as pd

from indicators.survey.inputs.arrays import Booleans, Integers, cells
from indicators.survey.inputs.columns import codes, comparable
from indicators.survey.statistic import check_choice

COMPARISONS: Mapping[str, Callable[[Any, Any], Any]] = MappingProxyType(
    {
        "==": operator.eq,
        "!=": operator.ne,
        "<": operator.lt,
        "<=": operator.le,
        ">": operator.gt,
        ">=": operator.ge,
    }
)


@dataclass(frozen=True)
class Condition:
    """`column` `op` `value`; op is one of == != < <= > >= in.

    A missing value is outside the domain.
    """

    column: str
    op: str
    value: Any

    def __post_init__(self) -> None:
        check_choice("op", self.op, (*COMPARISONS, "in"))

    def holds(self, frame: pd.DataFrame) -> Booleans:
        """Which rows fulfil the condition."""
        column = frame[self.column]
        given = list(self.value) if self.op == "in" else [self.value]
        values = [comparable(column, value) for value in given]
        kept = column.isin(values) if self.op == "in" else COMPARISONS[self.op](column, values[0])
        return np.asarray(kept.fillna(False).to_numpy(dtype=bool) & column.notna().to_numpy())


@dataclass(frozen=True)
class Groups:
    """Group of every row (-1: outside the domain or a missing `by` value) and the groups' keys."""

    keys: pd.DataFrame
    group: Integers

    @property
    def size(self) -> int:
        """Number of groups."""
        return len(self.keys)


def inside_of(frame: pd.DataFrame, domain: Sequence[Condition]) -> Booleans:
    """Which rows fulfil all conditions."""
    inside = np.ones(len(frame), dtype=bool)
    for condition in domain:
        inside &= condition.holds(frame)
    return inside


def groups_of(frame: pd.DataFrame, by: Sequence[str], domain: Booleans) -> Groups:
    """One group per observed combination of `by` inside the domain; without `by` one group.

    `domain`: by row. Groups are sorted by their keys.
    """
    inside = domain.copy()
    for name in by:
        inside &= frame[name].notna().to_numpy()
    group = np.where(inside, 0, -1).astype(np.int64)
    if not by:
        return Groups(pd.DataFrame(index=[0]), group)
    rows = frame.loc[inside, list(by)]
    first, cell = cells(*[codes(rows[name]) for name in by])
    group[inside] = cell
    return Groups(rows.iloc[first].reset_index(drop=True), group)
