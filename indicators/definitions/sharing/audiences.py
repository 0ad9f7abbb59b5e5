"""Who gets a copy of a release and what each class of figures shows there: `data/disclosure.yaml`.

The table of `disclosure.md` §1 and a profile's stricter choices; `indicators.disclosure` carries
it out. No other place knows a threshold of confidentiality.
"""

from collections.abc import Mapping
from datetime import date
from functools import cache
from typing import Literal

from pydantic import Field, model_validator

from indicators.definitions.contracts import ConfidentialityClass, Strict
from indicators.foundation.data_folder import data_folder
from indicators.foundation.reading.model_problems import Unfit, read_model

LEAST_PERSONS = 8  # fewer, and none at all, are shown as such; others to the nearest ROUNDED_TO
ROUNDED_TO = 5
LEAST_CASES = 25  # of a share or a median of persons, and of answers; precision is another matter
AudienceName = Literal["mission", "hq", "partner", "public"]
Display = Literal["exact", "persons", "answers"]


class Grid(Strict):
    """The cells that a copy has of a class: area levels and types of period; None: all."""

    area_levels: tuple[str, ...] | None = None
    period_types: tuple[str, ...] | None = None


class Shown(Strict):
    """How one class is shown to one audience.

    `sex_age`: the grid of sex and age group together. `only`: the indicators of the class that the
    copy has; None: all.
    """

    grid: str
    sex_age: str | None = None
    only: tuple[str, ...] | None = None
    display: Display
    needs: Literal["confirmed", "cleared"] | None = None


class Without(Strict):
    """What an audience does not get at all, whatever the class."""

    breakdowns: tuple[str, ...] = ()
    numbered: Mapping[str, str] = {}  # table: column of names that become numbers within an area
    rows: Mapping[str, str] = {}  # table: SQL of the rows that are left out


class Audience(Strict):
    """The rules of one copy.

    `is_agreed`: made only where the profile says who agreed; `is_approved_each_time`: and where
    somebody approves this release.
    """

    classes: Mapping[ConfidentialityClass, Shown]
    protected_kinds: str
    without: Without = Without()
    is_agreed: bool = False
    is_approved_each_time: bool = False
    quarters_later: int = 0


class Policy(Strict):
    """The whole table, and its grids from the fullest to the emptiest."""

    grids: Mapping[str, Grid]
    audiences: Mapping[AudienceName, Audience]

    @model_validator(mode="after")
    def _grids_exist(self) -> "Policy":
        named = {shown.grid for one in self.audiences.values() for shown in one.classes.values()}
        named |= {one.protected_kinds for one in self.audiences.values()}
        shown = [entry for one in self.audiences.values() for entry in one.classes.values()]
        named |= {entry.sex_age for entry in shown if entry.sex_age}
        unknown = ", ".join(sorted(named - set(self.grids)))
        if unknown:
            raise Unfit("grid", place="audiences", name=unknown, known=", ".join(self.grids))
        return self

    @property
    def emptiest(self) -> str:
        """The grid of which a copy has least."""
        return list(self.grids)[-1]

    def coarser(self, one: str, other: str) -> str:
        """The coarser of two grids. Raises ValueError for one that is not there."""
        names = list(self.grids)
        return max(one, other, key=names.index)


class Stricter(Strict):
    """What a profile shows less of one class than the table allows."""

    grid: str | None = None
    display: Display | None = None


class OwnCopy(Strict):
    """A copy that every release has: of the mission itself or of headquarters.

    `confirmed_by`, `confirmed_on`: who took on the mission's protected figures on this machine.
    """

    confirmed_by: str | None = None
    confirmed_on: date | None = None
    classes: Mapping[ConfidentialityClass, Stricter] = {}


class AgreedCopy(Strict):
    """A copy for others: which indicators it has, and who agreed to that and when."""

    agreed_by: str
    agreed_on: date
    indicators: tuple[str, ...] = Field(min_length=1)
    classes: Mapping[ConfidentialityClass, Stricter] = {}


class Choices(Strict):
    """`disclosure` of a profile. A copy that it does not name, and others need to, is not made."""

    mission: OwnCopy = OwnCopy()
    hq: OwnCopy = OwnCopy()
    partner: AgreedCopy | None = None
    public: AgreedCopy | None = None

    @model_validator(mode="after")
    def _are_stricter(self) -> "Choices":
        for name in self.audiences():
            for kind, chosen in self.of(name).classes.items():
                _refuse_laxer(name, kind, chosen)
        return self

    def audiences(self) -> list[AudienceName]:
        """The audiences that get a copy, in the order of their names."""
        named: tuple[AudienceName, ...] = ("hq", "mission", "partner", "public")
        return [name for name in named if getattr(self, name) is not None]

    def of(self, audience: AudienceName) -> OwnCopy | AgreedCopy:
        """What the profile says of one copy."""
        chosen: OwnCopy | AgreedCopy = getattr(self, audience)
        return chosen

    def shown(self, audience: AudienceName) -> Audience:
        """The audience's rules with the profile's stricter ones in them."""
        rules = policy().audiences[audience]
        classes = {
            kind: shown.model_copy(update=_chosen(self.of(audience).classes.get(kind)))
            for kind, shown in rules.classes.items()
        }
        return rules.model_copy(update={"classes": classes})


def _chosen(stricter: Stricter | None) -> dict[str, str]:
    return stricter.model_dump(exclude_none=True) if stricter else {}


def _refuse_laxer(audience: AudienceName, kind: ConfidentialityClass, chosen: Stricter) -> None:
    grids, own = list(policy().grids), policy().audiences[audience].classes[kind]
    place = f"{audience}.{kind}"
    if chosen.grid and chosen.grid not in grids:
        raise Unfit("grid", place=place, name=chosen.grid, known=", ".join(grids))
    is_laxer = chosen.grid and grids.index(chosen.grid) < grids.index(own.grid)
    if is_laxer or (chosen.display and chosen.display not in (own.display, "persons")):
        raise Unfit("shows_more", place=place)


@cache
def policy() -> Policy:
    """The policy. Raises WrongUse naming what is wrong in its file."""
    path = data_folder() / "disclosure.yaml"
    return read_model(path, Policy)
