"""The models of one case series, from its activities, incidents and returns."""

from dataclasses import dataclass, replace

import duckdb
import numpy as np

from indicators.linkage.finding import NotEstimable
from indicators.linkage.methods.case_series.cells import Cells, Floats, cells_of
from indicators.linkage.methods.case_series.days import (
    WINDOW_ENDS,
    Ints,
    KnownDays,
    by_others,
    known_days,
    read_record,
)
from indicators.linkage.methods.case_series.fit import Term, fit_poisson

LEAST_INFORMATION = 30.0
LEAST_AREAS_WITH_CONTRAST = 6
STATES = ("0", "1-3", "4-7", "8-14")  # days since the last activity, by their number
_HISTORY = ("l7", "l28")


@dataclass(frozen=True)
class ModelSpec:
    """Terms of a model; `independent`: outcome and history without what UN police reported.

    `by_month`: strata area × month without month effects (the time-stratified design).
    `own_seasons`: of areas with months enough (`cells.SEASON_FROM`), beside the common effects.
    """

    terms: tuple[str, ...]
    independent: bool = False
    by_month: bool = False
    own_seasons: bool = True


MODELS = {
    "primary": ModelSpec(("post", "same", *_HISTORY)),
    "lead": ModelSpec(("post", "lead", "same", *_HISTORY)),
    "windows": ModelSpec(("p1", "p2", "p3", "same", *_HISTORY)),
    "without_history": ModelSpec(("post", "same")),
    "independent": ModelSpec(("post", "same", *_HISTORY), independent=True),
    "month_strata": ModelSpec(("post", "same"), by_month=True),
}


@dataclass(frozen=True)
class DayCounts:
    """Known area-days and what was recorded on them."""

    days: int
    incidents: int
    independent: int
    by_state: dict[str, int]
    same: int
    lead: int


@dataclass(frozen=True)
class FittedModel:
    """One model: what it rests on after strata and months without incidents are dropped.

    `information`: sum over strata of incidents × share of days exposed × share not exposed, which
    is known before anybody looks at how the incidents are split. `reason`: why there is no term.
    """

    incidents: int
    days: int
    strata: int
    areas: int
    areas_with_contrast: int
    information: float
    terms: tuple[Term, ...] = ()
    reason: str | None = None

    @property
    def unfit_for_a_grade(self) -> str | None:
        """Why no grade rests on it, whatever its p: too_few_clusters or few_contrasts."""
        if self.areas_with_contrast < LEAST_AREAS_WITH_CONTRAST:
            return "too_few_clusters"
        return "few_contrasts" if self.information < LEAST_INFORMATION else self.reason


@dataclass(frozen=True)
class CaseSeries:
    """All models of one series of activities and incidents, by name as in MODELS."""

    rows: DayCounts
    models: dict[str, FittedModel]


def analyse(connection: duckdb.DuckDBPyConnection) -> CaseSeries:
    """Count and fit what stands in three tables.

    `series_activity`: area, day, rows (how many). `series_incident`: area, day, is_independent (not
    reported by UN police), rows. `series_returned`: source (activities, incidents), area, month
    (its first day), is_sent (null where none can come). Days are local dates; sites are rolled up
    to the area above them beforehand.
    """
    days = known_days(read_record(connection))
    return CaseSeries(_counts(days), {name: fit(days, spec) for name, spec in MODELS.items()})


def _counts(days: KnownDays) -> DayCounts:
    by_state = np.bincount(days.state, minlength=len(WINDOW_ENDS) + 1)
    return DayCounts(
        days=len(days.area),
        incidents=int(days.incidents.sum()),
        independent=int(days.independent.sum()),
        by_state={name: int(by_state[number]) for number, name in enumerate(STATES)},
        same=int(days.same.sum()),
        lead=int(days.lead.sum()),
    )


def fit(days: KnownDays, spec: ModelSpec) -> FittedModel:
    """One model of the known days; `reason` where it cannot be estimated."""
    return fit_cells(cells_of_model(days, spec), spec)


def cells_of_model(days: KnownDays, spec: ModelSpec) -> Cells:
    """What the model counts, also in strata and months without incidents."""
    return cells_of(
        by_others(days) if spec.independent else days,
        spec.terms,
        by_month=spec.by_month,
        own_seasons=spec.own_seasons,
    )


def fit_cells(counted: Cells, spec: ModelSpec) -> FittedModel:
    """One model of its cells; `reason` where it cannot be estimated."""
    cells = counted.compared()
    share, information, area = _contrasts(cells)
    model = FittedModel(
        incidents=int(cells.incidents.sum()),
        days=int(cells.days.sum()),
        strata=len(share),
        areas=len(np.unique(area)),
        areas_with_contrast=len(np.unique(area[(share > 0) & (share < 1)])),
        information=float(information.sum()),
    )
    try:
        terms = fit_poisson(cells, spec.terms, model.areas_with_contrast)
    except NotEstimable as error:
        return replace(model, reason=error.reason)
    return replace(model, terms=terms)


def information_by_area(days: KnownDays, spec: ModelSpec) -> Floats:
    """What each area adds to `FittedModel.information`, by its code; 0 where it has no incident."""
    cells = cells_of_model(days, spec).compared()
    _, own, area = _contrasts(cells)
    return np.bincount(area, own, int(days.area.max(initial=-1)) + 1).astype(np.float64)


def _contrasts(cells: Cells) -> tuple[Floats, Floats, Ints]:
    """Of each stratum: share of days exposed, information, area."""
    days, exposed, incidents = (
        np.bincount(cells.stratum, of_months)
        for of_months in (
            cells.days.sum(axis=1),
            cells.days @ cells.is_exposed.astype(float),
            cells.incidents.sum(axis=1),
        )
    )
    share = exposed / days
    area = cells.area[np.unique(cells.stratum, return_index=True)[1]]
    return share, incidents * share * (1 - share), area
