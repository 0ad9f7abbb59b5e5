"""Secondary readings of one edge: days after other activities, in other places, later, in one fit.

Exposures stand side by side in the conditional fit of `fit.py`, so that each is held with the
others taken into account and a ratio of two carries their covariance. What a comparison lacks is
known from the days and the incidents alone.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from indicators.linkage.finding import NotEstimable
from indicators.linkage.methods.case_series.analysis import (
    LEAST_AREAS_WITH_CONTRAST,
    LEAST_INFORMATION,
)
from indicators.linkage.methods.case_series.cells import Cells, Floats, cells_of
from indicators.linkage.methods.case_series.days import ReadingDays
from indicators.linkage.methods.case_series.fit import (
    Contrast,
    Term,
    fit_contrasts,
    null_information,
)

_OTHER_TERMS = ("same", "l7", "l28")


@dataclass(frozen=True)
class Comparison:
    """Days after `name` beside other days, or (`beside`) beside those after another exposure.

    `over`: several exposures together, each weighed by the incidents that its days would hold had
    it gone with nothing.
    """

    name: str
    beside: str = ""
    over: tuple[str, ...] = ()

    @property
    def exposures(self) -> tuple[str, ...]:
        """Those that must be told apart for it."""
        return self.over or (self.name, *([self.beside] if self.beside else []))


@dataclass(frozen=True)
class Reading:
    """One fit: the exposures that stand in it, and what is asked of them."""

    exposures: tuple[str, ...]
    comparisons: tuple[Comparison, ...]


def _sides(one: str, other: str) -> Reading:
    return Reading((one, other), (Comparison(one), Comparison(other), Comparison(one, other)))


OWN = Reading(("own",), (Comparison("own"),))
READINGS = {
    "place": Reading(
        ("own", "near", "later"),
        (Comparison("near"), Comparison("later"), Comparison("together", over=("own", "near"))),
    ),
    # Who went: one component alone, or both together.
    "component": Reading(
        ("police", "military", "joint"),
        (
            *(Comparison(name) for name in ("police", "military", "joint")),
            Comparison("police", "military"),
            Comparison("joint", "police"),
            Comparison("joint", "military"),
        ),
    ),
    "duration": _sides("longer", "shorter"),
    "time_of_day": _sides("night", "day"),
    "range": _sides("long_range", "other_range"),
}


@dataclass(frozen=True)
class Compared:
    """What a comparison comes to.

    `days`, `events`: known area-days after activities of it, and incidents on all days that are
    compared. `term`: the log ratio, or log ratio of ratios; None with a `reason`.
    """

    comparison: Comparison
    days: int
    events: int
    areas: int
    information: float
    term: Term | None = None
    reason: str | None = None

    @property
    def missing_areas(self) -> int:
        """Areas with contrast that it lacks."""
        return max(0, LEAST_AREAS_WITH_CONTRAST - self.areas)


def compare(days: ReadingDays, reading: Reading) -> tuple[Compared, ...]:
    """One entry a comparison of the reading, in their order."""
    everything = (*reading.exposures, *_OTHER_TERMS)
    cells = cells_of(days, everything).compared()
    areas = {name: _areas_with_contrast(cells, at) for at, name in enumerate(reading.exposures)}
    present = [name for name in reading.exposures if areas[name]]
    terms = (*present, *_OTHER_TERMS)
    kept = cells_of(days, terms).compared()
    asked = [_asked(days, kept, areas, terms, own) for own in reading.comparisons]
    return tuple(_estimated(kept, terms, asked))


def _areas_with_contrast(cells: Cells, at: int) -> int:
    """Areas of which some stratum has days both after such an activity and not."""
    if not len(cells.stratum):
        return 0
    exposed = np.bincount(cells.stratum, cells.days @ cells.terms[:, at])
    whole = np.bincount(cells.stratum, cells.days.sum(axis=1))
    is_mixed = ((exposed > 0) & (exposed < whole))[cells.stratum]
    return len(np.unique(cells.area[is_mixed]))


def _weights(cells: Cells, terms: Sequence[str], own: Comparison) -> Floats:
    if not own.over:
        signs = {own.name: 1.0, own.beside: -1.0}
        return np.array([signs.get(term, 0.0) for term in terms])
    incidents = np.bincount(cells.stratum, cells.incidents.sum(axis=1))
    rates = incidents / np.bincount(cells.stratum, cells.days.sum(axis=1))
    expected = (cells.days.T @ rates[cells.stratum]) @ cells.terms
    shares = np.array([float(term in own.over) for term in terms]) * expected
    return np.asarray(shares / shares.sum())


def _asked(
    days: ReadingDays, cells: Cells, areas: dict[str, int], terms: Sequence[str], own: Comparison
) -> Compared:
    named = own.exposures
    least = min(areas[name] for name in named)
    information = 0.0
    if set(named) <= set(terms):
        exposures = [at for at, term in enumerate(terms) if term not in _OTHER_TERMS]
        whole = null_information(cells)[np.ix_(exposures, exposures)]
        weights = _weights(cells, terms, own)[exposures]
        variance = float(weights @ np.linalg.pinv(whole) @ weights)
        information = 1 / variance if variance > 0 else 0.0
    reason = "too_few_clusters" if least < LEAST_AREAS_WITH_CONTRAST else None
    if reason is None and information < LEAST_INFORMATION:
        reason = "few_contrasts"
    exposed = [days.exposures[name] > 0 for name in (own.over or (own.name,))]
    after = int(np.logical_or.reduce(exposed).sum())
    return Compared(own, after, int(cells.incidents.sum()), least, information, None, reason)


def _estimated(cells: Cells, terms: Sequence[str], asked: Sequence[Compared]) -> Iterator[Compared]:
    """The same with their terms, where they are fit for one."""
    contrasts = {
        str(at): Contrast(_weights(cells, terms, own.comparison), own.areas)
        for at, own in enumerate(asked)
        if own.reason is None
    }
    reason = None
    found: dict[str, Term] = {}
    if contrasts:
        try:
            found = {term.term: term for term in fit_contrasts(cells, contrasts)}
        except NotEstimable as error:
            reason = error.reason
    for at, own in enumerate(asked):
        term = found.get(str(at))
        yield Compared(**{**vars(own), "term": term, "reason": own.reason or reason})
