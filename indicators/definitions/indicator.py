"""One indicator of the repository: what its YAML holds."""

import re
from collections.abc import Mapping
from datetime import date
from typing import Any, Literal

from pydantic import Field, field_validator

from indicators.definitions.contracts import (
    ConfidentialityClass,
    Strict,
    Words,
)
from indicators.definitions.measures import Measure
from indicators.definitions.sharing.audiences import AudienceName


class Change(Strict):
    """What a version of a definition changed."""

    version: int
    on: date
    what: Words


class EarlierVersion(Strict):
    """A version that was in force before: what differed then, as it stood; the rest is as now."""

    version: int = Field(ge=1)
    effective_from: date
    differs: Mapping[str, Any] = Field(min_length=1)


class Returns(Strict):
    """The returns that say whether an empty cell is a zero (definitions 11 and 12)."""

    source: str
    reporters: Literal["police", "all"] = "all"
    harm_checked: bool = False


class Raised(Strict):
    """What raises an indicator above the class of its source; nothing lowers it.

    `grid`, `grid_of_parts`: by audience a coarser grid of its figures of persons, of all or of what
    breaks them down, where the audit of the sample found counts of 1 to 7 pinned to one value.
    """

    total: ConfidentialityClass | None = None
    breakdowns: Mapping[str, ConfidentialityClass] = {}
    grid: Mapping[AudienceName, str] = {}
    grid_of_parts: Mapping[AudienceName, str] = {}


class ReachesBack(Strict):
    """How long before its period a case or a look-back begins (definitions 14, 49)."""

    days: int = Field(default=0, ge=0)
    months: int = Field(default=0, ge=0)
    target_hours: bool = False  # the longest of the mission's target times for alerts


# Sources of what happened to people; all others are registers of what was done.
_OF_HARM = ("incidents", "displacement_events", "rights_monitoring")


class Indicator(Strict):
    """One entry of the repository.

    `date`: the column that says to which period a row belongs (for `matured` the day on which
    its waiting time ends; `reaches_back` is that time). `precision`: the column that says how
    exact that date is. `disaggregate`: dimension: column; unit_type, activity_type, actor, sex and
    age_group have columns of their own in the mart, every other name is a `breakdown`.
    `parts_of_numerator`: those of them that tell the cases of the numerator apart and no others, so
    that each part has the denominator of the total.
    `earlier_versions`: newest first; a period that ended before `effective_from` is computed by
    the version then in force, and by the oldest one where it ended before all of them.
    """

    code: str = Field(pattern=r"^(P[123]|X|D)-(OP|OC|IM)-\d\d$")
    version: int = 1
    effective_from: date
    title: Words
    short: Words
    activity: Words | None = None  # one of what it counts, as a sentence names it
    definition: Words
    numerator: Words
    denominator: Words | None = None
    rationale: Words
    limitations: Words
    level: Literal["output", "outcome", "impact"]
    tier: tuple[Literal["I", "II", "III"], ...]
    phases: tuple[Literal["prevention", "preemption", "response", "consolidation"], ...]
    units: tuple[Literal["IPO", "FPU", "SPT", "PSU", "MIL", "CIV"], ...]
    source: str
    measure: Measure
    time_rule: Literal["flow", "stock", "matured", "distinct"]
    date: str | None = None
    precision: str | None = None
    reaches_back: ReachesBack | None = None
    area: str | None = None
    unit_of_measure: str
    direction: Literal["up", "down", "neutral"]
    compared_by_area: bool = True  # false: on no map, and areas are never ordered by it
    disaggregate: Mapping[str, str] = {}
    parts_of_numerator: tuple[str, ...] = ()
    sex_of: str | None = None
    periods: tuple[Literal["W", "M", "Q", "S", "A", "B"], ...] = ("M", "Q", "A", "B")
    min_n: int | None = None
    returns: Returns | None = None
    owner: Words
    owner_reference: str
    contributes_to: tuple[str, ...] = ()
    confidentiality: Raised = Raised()
    reference: tuple[str, ...]
    supplementary: Words | None = None  # why it stands outside the list of 63
    changes: tuple[Change, ...] = ()
    earlier_versions: tuple[EarlierVersion, ...] = ()

    @field_validator("disaggregate")
    @classmethod
    def _dimension_names(cls, dimensions: Mapping[str, str]) -> Mapping[str, str]:
        for name in dimensions:
            if not re.fullmatch("[a-z_]+", name):
                raise ValueError(f"{name} is no name of a dimension: use a to z and _")
        return dimensions

    @property
    def is_survey(self) -> bool:
        """Whether it is estimated from a sample."""
        return self.measure.is_survey

    @property
    def counts_hits(self) -> bool:
        """Whether it compares a register with rows of another source, whose returns count (48)."""
        returns = self.returns
        is_register = self.time_rule in ("stock", "matured")
        return is_register and returns is not None and returns.source != self.source

    @property
    def is_state(self) -> bool:
        """Whether its figure is a state, known by its own date whatever came before."""
        return self.time_rule == "stock" and not self.counts_hits

    @property
    def is_bounded(self) -> bool:
        """Whether a period is known only as far as its source's record goes (definitions 49)."""
        return not self.is_survey and not self.is_state

    @property
    def comes_in_clusters(self) -> bool:
        """Whether it counts harm, whose number varies by chance and several at a time (73)."""
        kind = self.measure.kind
        return kind == "rate" or (kind in ("count", "sum") and self.source in _OF_HARM)

    @property
    def scale(self) -> int:
        """What a share is multiplied by to be in the unit of measure."""
        if self.unit_of_measure in ("percent", "percentage_points"):
            return 100
        return self.measure.per
