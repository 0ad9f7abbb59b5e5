"""Days after police, military and joint activities in one model, and the ratios of their ratios.

Three exposures stand side by side in the conditional fit of `fit.py`, so that each is held with the
others taken into account and a ratio of two carries their covariance. What a comparison lacks is
known from the days and the incidents alone.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from indicators.linkage.case_series.analysis import (
    LEAST_AREAS_WITH_CONTRAST,
    LEAST_INFORMATION,
)
from indicators.linkage.case_series.cells import Cells, Floats, cells_of
from indicators.linkage.case_series.days import COMPONENTS, ComponentDays
from indicators.linkage.case_series.fit import Contrast, Term, fit_contrasts, null_information
from indicators.linkage.finding import NotEstimable

_OTHER_TERMS = ("same", "l7", "l28")
# Each component by itself, then one beside another.
COMPARISONS = (
    *((name, "") for name in COMPONENTS),
    ("police", "military"),
    ("joint", "police"),
    ("joint", "military"),
)


@dataclass(frozen=True)
class Compared:
    """Days after activities of `component`, beside other days or (`beside`) those of another one.

    `days`, `events`: known area-days after activities of the component, and incidents on all
    days that are compared. `term`: the log ratio, or log ratio of ratios; None with a `reason`.
    """

    component: str
    beside: str
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


def compare_components(days: ComponentDays, independent: bool = False) -> tuple[Compared, ...]:
    """One entry a comparison of COMPARISONS, in their order.

    `independent`: on incidents that UN police did not report.
    """
    everything = (*COMPONENTS, *_OTHER_TERMS)
    cells = cells_of(days, everything, independent=independent).compared()
    areas = [_areas_with_contrast(cells, at) for at in range(len(COMPONENTS))]
    present = [name for name, own in zip(COMPONENTS, areas, strict=True) if len(own)]
    terms = (*present, *_OTHER_TERMS)
    kept = cells_of(days, terms, independent=independent).compared()
    asked = [
        _comparison(days, kept, dict(zip(COMPONENTS, areas, strict=True)), terms, *pair)
        for pair in COMPARISONS
    ]
    return tuple(_estimated(kept, terms, asked))


def _areas_with_contrast(cells: Cells, at: int) -> set[int]:
    """Areas of which some stratum has days both after such an activity and not."""
    if not len(cells.stratum):
        return set()
    exposed = np.bincount(cells.stratum, cells.days @ cells.terms[:, at])
    whole = np.bincount(cells.stratum, cells.days.sum(axis=1))
    is_mixed = ((exposed > 0) & (exposed < whole))[cells.stratum]
    return {int(area) for area in cells.area[is_mixed]}


def _weights(terms: Sequence[str], component: str, beside: str) -> Floats:
    signs = {component: 1.0, beside: -1.0}
    return np.array([signs.get(term, 0.0) for term in terms])


def _comparison(
    days: ComponentDays,
    cells: Cells,
    areas: dict[str, set[int]],
    terms: Sequence[str],
    component: str,
    beside: str,
) -> Compared:
    named = [component, *([beside] if beside else [])]
    least = min(len(areas[name]) for name in named)
    information = 0.0
    if set(named) <= set(terms):
        exposures = [at for at, term in enumerate(terms) if term in COMPONENTS]
        whole = null_information(cells)[np.ix_(exposures, exposures)]
        weights = _weights(terms, component, beside)[exposures]
        variance = float(weights @ np.linalg.pinv(whole) @ weights)
        information = 1 / variance if variance > 0 else 0.0
    reason = "too_few_clusters" if least < LEAST_AREAS_WITH_CONTRAST else None
    if reason is None and information < LEAST_INFORMATION:
        reason = "few_contrasts"
    after = int(np.asarray(getattr(days, component)).sum())
    events = int(cells.incidents.sum())
    return Compared(component, beside, after, events, least, information, None, reason)


def _estimated(cells: Cells, terms: Sequence[str], asked: Sequence[Compared]) -> Iterator[Compared]:
    """The same with their terms, where they are fit for one."""
    fit_for_it = {
        f"{own.component} {own.beside}": Contrast(
            _weights(terms, own.component, own.beside), own.areas
        )
        for own in asked
        if own.reason is None
    }
    reason = None
    found: dict[str, Term] = {}
    if fit_for_it:
        try:
            found = {term.term: term for term in fit_contrasts(cells, fit_for_it)}
        except NotEstimable as error:
            reason = error.reason
    for own in asked:
        term = found.get(f"{own.component} {own.beside}")
        why = own.reason or reason
        yield Compared(**{**vars(own), "term": term, "reason": why})
