"""Known days that a model does not tell apart, counted as one cell; the fit is the same."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from indicators.linkage.case_series.days import Ints, KnownDays

Floats = NDArray[np.floating[Any]]
_MONTHS_OF_A_QUARTER = 3


@dataclass(frozen=True)
class Cells:
    """One entry a cell, by area and month, so that strata and their months lie together.

    `stratum`, `area`: codes from 0. `month`: the calendar month whose common effect is estimated;
    None leaves month effects out. `terms`: cells × terms of the model.
    """

    days: Floats
    incidents: Floats
    terms: Floats
    stratum: Ints
    area: Ints
    month: Ints | None
    is_exposed: NDArray[np.bool_]


def cells_of(days: KnownDays, terms: Sequence[str], *, independent: bool, by_month: bool) -> Cells:
    """The cells of a model, without strata without incidents and months that cannot be compared.

    by_month: strata are area × month in place of area × quarter, and months have no effect.
    """
    outcome = days.independent if independent else days.incidents
    columns = _columns(days, terms, independent)
    width = 1 if by_month else _MONTHS_OF_A_QUARTER
    months = days.month - days.month.min(initial=0)
    quarter = days.month // width - (days.month.min(initial=0) // width)
    stratum = days.area.astype(np.int64) * (quarter.max(initial=0) + 1) + quarter
    kept = _has_any(stratum, outcome)
    kept[kept] = _is_compared(_codes(stratum[kept]), _codes(months[kept]), outcome[kept])
    first, cell = _cells_by_key(stratum[kept], months[kept], [c[kept] for c in columns.values()])
    at = np.flatnonzero(kept)[first]
    return Cells(
        days=np.bincount(cell, minlength=len(first)).astype(np.float64),
        incidents=np.bincount(cell, outcome[kept], minlength=len(first)).astype(np.float64),
        terms=_terms({name: column[at] for name, column in columns.items()}, terms),
        stratum=_codes(stratum[at]),
        area=_codes(days.area[at]),
        month=None if by_month else days.month[at],
        is_exposed=columns["state"][at] > 0,
    )


def _columns(days: KnownDays, terms: Sequence[str], independent: bool) -> dict[str, Ints]:
    """What the model tells days apart by."""
    asked = {"state": days.state, "same": days.same}
    if "lead" in terms:
        asked["lead"] = days.lead
    if "l7" in terms:
        asked["short"] = days.independent_short if independent else days.short
        asked["long"] = days.independent_long if independent else days.long
    if not {"p1", "p2", "p3"} & set(terms):
        asked["state"] = (days.state > 0).astype(np.int64)
    return asked


def _has_any(group: Ints, outcome: Ints) -> NDArray[np.bool_]:
    return np.asarray(np.bincount(group, outcome)[group] > 0) if len(group) else group > 0


def _is_compared(stratum: Ints, month: Ints, outcome: Ints) -> NDArray[np.bool_]:
    """Which days lie in a month whose effect can be told from those of its stratum's incidents.

    A month is compared with another through strata that hold both. Where no chain of strata with
    incidents leads from it back to a month in which its stratum has any (all months without
    incidents, and those whose only ones lie where the other months are not known), its effect has
    no finite estimate; its days are expected to hold nothing, and leaving them out is the same fit.
    """
    if not len(stratum):
        return stratum > 0
    shape = (stratum.max() + 1, month.max() + 1)
    cell = stratum * shape[1] + month
    has_days = np.bincount(cell, minlength=shape[0] * shape[1]).reshape(shape) > 0
    has_incidents = np.bincount(cell, outcome, shape[0] * shape[1]).reshape(shape) > 0
    reaches = np.eye(shape[1], dtype=bool) | (_both(has_incidents.T, has_days))
    for _ in range(int(np.ceil(np.log2(shape[1]))) + 1):
        reaches = _both(reaches, reaches)
    return np.asarray(_both(has_incidents, reaches.T)[stratum, month])


def _both(one: NDArray[np.bool_], other: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Boolean product of matrices: whether any entry of the row is in the column too."""
    return np.asarray(one.astype(np.float64) @ other.astype(np.float64) > 0)


def _cells_by_key(stratum: Ints, months: Ints, columns: Sequence[Ints]) -> tuple[Ints, Ints]:
    """The first entry of each cell, and the cell of each entry; ordered by stratum and month."""
    key = stratum * (months.max(initial=0) + 1) + months
    for column in columns:
        key = key * (column.max(initial=0) + 1) + column
    _, first, cell = np.unique(key, return_index=True, return_inverse=True)
    return np.asarray(first, dtype=np.int64), np.asarray(cell, dtype=np.int64)


def _terms(columns: dict[str, Ints], terms: Sequence[str]) -> Floats:
    made = {
        "post": lambda: columns["state"] > 0,
        "p1": lambda: columns["state"] == 1,
        "p2": lambda: columns["state"] == 2,
        "p3": lambda: columns["state"] == 3,
        "same": lambda: columns["same"],
        "lead": lambda: columns["lead"],
        "l7": lambda: np.log1p(columns["short"].astype(np.float64)),
        "l28": lambda: np.log1p(columns["long"].astype(np.float64)),
    }
    return np.column_stack([np.asarray(made[name](), dtype=np.float64) for name in terms])


def _codes(values: Ints) -> Ints:
    """Codes from 0 in the order of the values."""
    return np.asarray(np.unique(values, return_inverse=True)[1], dtype=np.int64)
