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
    """The cells of a model, without strata and then without months that hold no incident.

    by_month: strata are area × month in place of area × quarter, and months have no effect.
    """
    outcome = days.independent if independent else days.incidents
    columns = _columns(days, terms, independent)
    width = 1 if by_month else _MONTHS_OF_A_QUARTER
    months = days.month - days.month.min(initial=0)
    quarter = days.month // width - (days.month.min(initial=0) // width)
    stratum = days.area.astype(np.int64) * (quarter.max(initial=0) + 1) + quarter
    kept = _has_any(stratum, outcome)
    kept[kept] = _has_any(months[kept], outcome[kept])  # strata first, then months
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
