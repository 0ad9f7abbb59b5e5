"""Known days counted by area, third of a month and pattern: what a model cannot tell apart.

A pattern is one combination of what the model tells days by (exposure, same day, lead, history).
Terms are functions of the pattern alone, so that sums over the days of a month are products of
counts and patterns; the fit is that of day rows.
"""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from indicators.linkage.methods.case_series.days import (
    MOST_EARLIER,
    MOST_RECENT,
    THIRDS,
    WINDOW_ENDS,
    Flags,
    Ints,
    KnownDays,
    ReadingDays,
)

Floats = NDArray[np.floating[Any]]
MONTHS_OF_A_QUARTER = 3
SEASON_FROM = 24  # months of an area from which it has its own season


@dataclass(frozen=True)
class Cells:
    """Counts by area and third of a month (row) and pattern (column), by area, then by time.

    `days`, `incidents`: rows × patterns. `terms`: patterns × terms of the model. `is_exposed`: of
    each pattern. `stratum`, `area`, `month`, `third`: of each row; strata ascend.
    `has_season`: whether its area has one of its own. `by_month`: strata are area-months,
    and calendar months have no common effect.
    """

    days: sparse.csr_array
    incidents: sparse.csr_array
    terms: Floats
    is_exposed: Flags
    stratum: Ints
    area: Ints
    month: Ints
    third: Ints
    has_season: Flags
    by_month: bool

    def only(self, rows: Flags) -> "Cells":
        """Some of its rows."""
        names = ("days", "incidents", "stratum", "area", "month", "third", "has_season")
        return replace(self, **{name: getattr(self, name)[rows] for name in names})

    def compared(self) -> "Cells":
        """Without strata without incidents and months that cannot be compared; strata from 0."""
        some = self.only(_has_any(self.stratum, self.incidents.sum(axis=1)))
        stratum, month = _codes(some.stratum), _codes(some.month)
        kept = some.only(_is_compared(stratum, month, some.incidents.sum(axis=1)))
        return replace(kept, stratum=_codes(kept.stratum))


def cells_of(
    days: KnownDays,
    terms: Sequence[str],
    *,
    by_month: bool = False,
    own_seasons: bool = True,
) -> Cells:
    """The cells of a model; by_month: strata are area × month in place of area × quarter."""
    columns = _columns(days, terms)
    shape = tuple(most + 1 for _, most in columns.values())
    patterns = math.prod(shape)
    first, last = (days.month.min(), days.month.max()) if len(days.month) else (0, 0)
    months = int(last - first) + 1
    size = (int(days.area.max(initial=-1)) + 1) * months * THIRDS
    pattern = np.zeros(len(days.area), dtype=np.int32)
    for values, most in columns.values():
        pattern = pattern * (most + 1) + values
    row = (days.area.astype(np.int64) * months + (days.month - first)) * THIRDS + days.third
    key = row * patterns + pattern
    at = np.flatnonzero(days.incidents > 0)
    seen = sparse.coo_array(
        (days.incidents[at].astype(float), np.divmod(key[at], patterns)), (size, patterns)
    )
    area_month, third = np.divmod(np.arange(size), THIRDS)
    area, month = np.divmod(area_month, months)
    month += first
    width = 1 if by_month else MONTHS_OF_A_QUARTER
    made = dict(zip(columns, np.indices(shape).reshape(len(shape), -1), strict=True))
    counted = _counts(np.bincount(key, minlength=size * patterns), patterns)
    cells = Cells(
        days=counted,
        incidents=seen.tocsr(),
        terms=_terms(made, terms),
        is_exposed=made["state"] > 0,
        stratum=area * (months // width + 2) + month // width - first // width,
        area=area,
        month=month,
        third=third,
        has_season=np.zeros(len(area), dtype=bool),
        by_month=by_month,
    ).only(np.diff(counted.indptr) > 0)
    if by_month or not own_seasons:
        return cells
    return replace(cells, has_season=_has_season(cells.area, cells.month))


def _has_season(area: Ints, month: Ints) -> Flags:
    """By the months of which an area has any known day, whatever happened on them."""
    of_areas = np.unique(np.column_stack([area, month]), axis=0)[:, 0]
    months = np.bincount(of_areas)[area] if len(area) else area
    return np.asarray(months >= SEASON_FROM)


def _counts(dense: NDArray[Any], patterns: int) -> sparse.csr_array:
    """Rows × patterns, of which few occur."""
    found = np.flatnonzero(dense > 0)
    row, column = np.divmod(found, patterns)
    ends = np.searchsorted(row, np.arange(len(dense) // patterns + 1))
    counted = dense[found].astype(np.float64)
    return sparse.csr_array((counted, column, ends), (len(dense) // patterns, patterns))


def _columns(days: KnownDays, terms: Sequence[str]) -> dict[str, tuple[Ints, int]]:
    """What the model tells days apart by, and the greatest value that each can have."""
    in_windows = bool({"p1", "p2", "p3"} & set(terms))
    state = (days.state, len(WINDOW_ENDS)) if in_windows else (days.state > 0, 1)
    asked = {"state": state, "same": (days.same, 1)}
    further = days.exposures if isinstance(days, ReadingDays) else {}
    asked |= {name: (own, 1) for name, own in further.items() if name in terms}
    if "lead" in terms:
        asked["lead"] = (days.lead, 1)
    if "l7" in terms:
        asked["short"] = (days.short, MOST_RECENT)
        asked["long"] = (days.long, MOST_EARLIER)
    return asked


def _has_any(group: Ints, outcome: Floats) -> Flags:
    return np.asarray(np.bincount(group, outcome)[group] > 0) if len(group) else group > 0


def _is_compared(stratum: Ints, month: Ints, incidents: Floats) -> Flags:
    """Which rows have an effect of their month that their stratum's incidents can tell.

    A month is compared with another through strata that hold both. Where no chain of strata with
    incidents leads from it back to a month in which its stratum has any (all months without
    incidents, and those whose only ones lie where the other months are not known), its effect has
    no finite estimate; its days are expected to hold nothing, and leaving them out is the same fit.
    """
    if not len(stratum):
        return stratum > 0
    has_days = np.zeros((stratum.max() + 1, month.max() + 1), dtype=bool)
    has_days[stratum, month] = True
    has_incidents = np.zeros_like(has_days)
    has_incidents[stratum[incidents > 0], month[incidents > 0]] = True
    reaches = np.eye(has_days.shape[1], dtype=bool) | _both(has_incidents.T, has_days)
    for _ in range(int(np.ceil(np.log2(has_days.shape[1]))) + 1):
        reaches = _both(reaches, reaches)
    return np.asarray(_both(has_incidents, reaches.T)[stratum, month])


def _both(one: Flags, other: Flags) -> Flags:
    """Boolean product of matrices: whether any entry of the row is in the column too."""
    return np.asarray(one.astype(np.float64) @ other.astype(np.float64) > 0)


def _codes(values: Ints) -> Ints:
    """Codes from 0 in the order of the values."""
    return np.asarray(np.unique(values, return_inverse=True)[1], dtype=np.int64)


def _terms(columns: dict[str, Ints], terms: Sequence[str]) -> Floats:
    made: dict[str, Callable[[], Ints]] = {
        "post": lambda: columns["state"] > 0,
        "p1": lambda: columns["state"] == 1,
        "p2": lambda: columns["state"] == 2,
        "p3": lambda: columns["state"] == 3,
        "same": lambda: columns["same"],
        "lead": lambda: columns["lead"],
        "l7": lambda: np.log1p(columns["short"]),
        "l28": lambda: np.log1p(columns["long"]),
    }
    made |= {name: partial(columns.__getitem__, name) for name in columns if name not in made}
    return np.column_stack([np.asarray(made[name](), dtype=np.float64) for name in terms])
