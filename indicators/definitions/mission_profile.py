"""A mission's profile: names, dates, time zone, parameters, selection of indicators, targets.

Read from `missions/<mission>/mission.yaml`. How its files map to contracts stands beside it in
`sources/*.yaml` and belongs to ingest.
"""

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Annotated, Literal
from zoneinfo import ZoneInfo

from pydantic import AfterValidator, Field, field_validator, model_validator

from indicators.definitions.contracts import Strict, Words, contracts
from indicators.definitions.sharing.audiences import Choices
from indicators.foundation.reading.model_problems import Unfit, read_model

_RESERVED = {"raw", "core", "quarantine", "cube", "mart", "ops"}
SHARED = "${POCLENS_SHARED}"


PeriodType = Literal["W", "M", "Q", "S", "A", "B"]


def _is_zone(name: str) -> str:
    try:
        ZoneInfo(name)
    except (KeyError, ValueError, OSError) as error:
        raise Unfit("time_zone", name=name) from error
    return name


Zone = Annotated[str, AfterValidator(_is_zone)]
"""The name of a time zone."""


class DatedValue(Strict):
    """A value in the indicator's unit of measure and the day it stands for.

    `period_type`: of what grows with the length of a period, the length that it is for
    (definitions 65).
    """

    value: float
    on: date
    period_type: PeriodType | None = None


Dated = DatedValue | tuple[DatedValue, ...] | None  # several: one for each length of period


class Held(Strict):
    """What values of one length of period are held against."""

    baseline: DatedValue | None = None
    target: DatedValue | None = None


class Selected(Strict):
    """One indicator that the mission chose, with what it is held against."""

    code: str
    baseline: Dated = None
    target: Dated = None
    tolerance: float = 0.0  # in the unit of measure: how near the path is still "on track"
    min_n: int | None = Field(default=None, ge=0)  # of a survey: instead of the catalogue's bound
    cleared_by: str | None = None  # whose figures it tells, where it or a part of it is protected
    cleared_on: date | None = None

    @property
    def held(self) -> dict[PeriodType | None, Held]:
        """Baseline and target by length of period; without one, for any that they may be for.

        A baseline without a length stands beside every target.
        """
        baselines = {one.period_type: one for one in _several(self.baseline)}
        targets = {one.period_type: one for one in _several(self.target)}
        return {
            kind: Held(baseline=baselines.get(kind, baselines.get(None)), target=targets.get(kind))
            for kind in targets or baselines
        }

    @model_validator(mode="after")
    def _one_of_each_length(self) -> "Selected":
        for name in ("baseline", "target"):
            kinds = [one.period_type for one in _several(getattr(self, name))]
            if len(kinds) != len(set(kinds)) or (len(kinds) > 1 and None in kinds):
                raise Unfit("several_lengths", name=name)
        return self


def _several(given: Dated) -> tuple[DatedValue, ...]:
    return () if given is None else given if isinstance(given, tuple) else (given,)


class SurveySubstitute(Strict):
    """What stands in for a PSU that was not released: a stated design effect, with its reason."""

    survey_code: str
    wave: str
    design_effect: float = Field(gt=0)
    reason: Words


class Note(Words):
    """What must be said of a mission's data, in releases as at `since` and later."""

    since: date | None = None


class Agreement(Strict):
    """Who agreed that a column is kept which is left out otherwise, and when."""

    column: str  # table.column of a contract
    role: Words
    on: date

    @field_validator("column")
    @classmethod
    def _needs_one(cls, name: str) -> str:
        needing = [
            f"{contract.table}.{column}"
            for contract in contracts().values()
            for column, entry in contract.columns.items()
            if entry.needs_agreement
        ]
        if name not in needing:
            raise Unfit("no_agreement", column=name, known=", ".join(needing))
        return name


class PublishedTotal(Strict):
    """A published yearly figure that a sum over a core table is compared with."""

    name: Words
    table: str
    sum_column: str
    file: str
    year_column: str
    value_columns: tuple[str, ...]
    where: Mapping[str, str] = {}
    source: str


class Parameters(Strict):
    """The choices of `definitions.md` that a mission may make otherwise."""

    near_base_km: float = 5.0
    base_reach_km: float = Field(default=30.0, gt=0)  # protection gaps: a day's patrol and back
    target_hours: Mapping[Literal["high", "medium", "low"], float] = {
        "high": 24,
        "medium": 48,
        "low": 72,
    }
    police_post_carry_months: int = 3
    # How probable a side of the path is where a rating says so in full, and with "likely"
    rating_full: float = Field(default=0.9, ge=0.9, lt=1)
    rating_likely: float = Field(default=0.67, ge=0.67, lt=1)
    warn_outside_km: float = Field(default=25.0, ge=0)  # outlines are simplified at the border
    reject_outside_km: float | None = Field(default=None, ge=0)


@dataclass(frozen=True)
class Setting:
    """What of a mission's profile goes into the figures: as a release remembers it."""

    country_area: str = "COUNTRY"
    time_zone: str = "UTC"
    parameters: Parameters = field(default_factory=Parameters)


class Mission(Strict):
    """One mission's profile."""

    mission: str = Field(pattern=r"^[a-z][a-z0-9_]*$")
    name: Words
    description: Words | None = None
    country_area: str  # area_code of the whole mission area
    time_zone: Zone
    starts_on: date
    ends_on: date | None = None
    is_fictional: bool = False
    areas_geojson: str | None = None  # relative to the profile, or below ${POCLENS_SHARED}
    area_property: str = "area_code"  # feature property that identifies an area
    area_codes: Mapping[str, str] = {}  # feature property value: area_code, where they differ
    area_names: Mapping[str, Words] = {}  # area_code: its names, where outlines lack one of them
    boundaries: Words
    notes: tuple[Note, ...] = ()  # what the product must say of this mission's data
    reject_limit_pct: float = 20.0
    parameters: Parameters = Parameters()
    agreements: tuple[Agreement, ...] = ()
    survey_substitutes: tuple[SurveySubstitute, ...] = ()
    disclosure: Choices = Choices()
    second_person_publishes: bool = False  # who computed or publishes does not approve
    modelled_areas: bool = True  # shares of small areas by a model (definitions 75)
    spark_master: str | None = None  # who goes over the rows instead of the warehouse
    period_types: tuple[PeriodType, ...] = ("M", "Q", "A", "B")
    indicators: tuple[Selected, ...]
    published_totals: tuple[PublishedTotal, ...] = ()

    def notes_on(self, day: date) -> list[Note]:
        """What must be said of the data as at a day."""
        return [note for note in self.notes if note.since is None or note.since <= day]

    @field_validator("mission")
    @classmethod
    def _is_no_schema(cls, name: str) -> str:
        if name in _RESERVED:
            raise Unfit("schema_name", name=name)
        return name

    @field_validator("indicators")
    @classmethod
    def _no_code_twice(cls, chosen: tuple[Selected, ...]) -> tuple[Selected, ...]:
        codes = [entry.code for entry in chosen]
        twice = sorted({code for code in codes if codes.count(code) > 1})
        if twice:
            raise Unfit("chosen_twice", codes=", ".join(twice))
        return chosen

    @model_validator(mode="after")
    def _time_runs_forward(self) -> "Mission":
        if self.ends_on is not None and self.ends_on < self.starts_on:
            raise Unfit("ends_before_start", ends=str(self.ends_on), starts=str(self.starts_on))
        return self

    @property
    def setting(self) -> Setting:
        """What of the profile goes into the figures."""
        return Setting(self.country_area, self.time_zone, self.parameters)

    @model_validator(mode="after")
    def _distances_need_outlines(self) -> "Mission":
        if self.parameters.reject_outside_km is not None and self.areas_geojson is None:
            raise Unfit("needs_outlines")
        return self

    def as_of_day(self, wish: date | None = None) -> date:
        """The day up to which facts count: the one wished for, else the last, at most today."""
        return wish or min(self.ends_on or date.max, date.today())

    def selected(self, code: str) -> Selected:
        """The selection entry of an indicator. Raises KeyError where it was not chosen."""
        return {entry.code: entry for entry in self.indicators}[code]


def read_mission(profile: Path) -> Mission:
    """The profile in a folder. Raises WrongUse naming file, key and what is wrong."""
    return read_model(profile / "mission.yaml", Mission)


def resolve_path(text: str, profile: Path) -> Path:
    """A path of a profile: relative to its folder, or below `${POCLENS_SHARED}`.

    Real outlines and data are read in place and never copied, so a profile may point at them.
    """
    if text.startswith(SHARED):
        shared = Path(os.environ.get("POCLENS_SHARED", "../shared"))
        return shared / re.sub(r"^/", "", text[len(SHARED) :])
    return profile / text
