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
from indicators.survey.inputs.columns import comparable, order_codes
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
    """The groups of some groupings, one grouping after the other, and their members.

    keys: by group, the values of its grouping's columns, missing in the others; grouping: by
    group, the place of its grouping; group, position: of each member, a row in a group.
    """

    keys: pd.DataFrame
    grouping: Integers
    group: Integers
    position: Integers

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


def groups_of(frame: pd.DataFrame, groupings: Sequence[Sequence[str]], domain: Booleans) -> Groups:
    """One group per observed combination of a grouping inside the domain; without columns one.

    `domain`: by row. Groups of a grouping are sorted by their keys; a row with a missing value in
    a column of the grouping belongs to none of them.
    """
    names = list(dict.fromkeys(name for by in groupings for name in by))
    coded = {name: order_codes(frame[name]) for name in names}
    found = [_grouped(coded, by, domain) for by in groupings]
    sizes = [len(first) for first, _, _ in found]
    starts = np.cumsum([0, *sizes])
    grouping = np.repeat(np.arange(len(groupings)), sizes)
    first = np.concatenate([first for first, _, _ in found])
    keys = {
        name: frame[name].reindex(
            np.where([name in groupings[int(at)] for at in grouping], first, -1)
        )
        for name in names
    }
    return Groups(
        pd.DataFrame({name: key.array for name, key in keys.items()}, index=range(len(first))),
        grouping,
        np.concatenate([cell + at for at, (_, cell, _) in zip(starts, found, strict=False)]),
        np.concatenate([position for _, _, position in found]),
    )


def _grouped(
    coded: Mapping[str, Integers], by: Sequence[str], domain: Booleans
) -> tuple[Integers, Integers, Integers]:
    """A row of each group (-1: it has none), and of each member its group and row."""
    inside = domain.copy()
    for name in by:
        inside &= coded[name] >= 0
    position = np.flatnonzero(inside)
    if not by:
        first = position[:1] if len(position) else np.array([-1])
        return first, np.zeros(len(position), dtype=np.int64), position
    first, cell = cells(*[coded[name][position] for name in by])
    return position[first], cell, position
