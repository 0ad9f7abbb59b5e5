"""What people decide or explain beside a figure: reviews after an incident, reasons for variance.

What the release said then is kept with it; neither changes a figure.
"""

import re
from datetime import date
from typing import Annotated, ClassVar, Literal

from pydantic import AfterValidator, Field, field_validator

from records.kinds import Record, Text, of_annex_a, said

ANSWERS = ("yes", "no", "undecided")
_BUDGET_YEAR = re.compile(r"[0-9]{4}/[0-9]{2}")

Answer = Literal["yes", "no", "undecided"]
Reason = Annotated[Text, AfterValidator(said("decision_reason_missing"))]


class ReviewDecision(Record):
    """What a person decided on an incident that may need an after-action review (2023.05 §87).

    `should_have_known`: whether the mission should have known of the threat. `role`: that of the
    person who decided, of Annex A. `rule`: what the rule said of it then.
    """

    kind: ClassVar[str] = "review_decision"
    incident: str = Field(min_length=1, max_length=200)
    area: str = Field(min_length=1, max_length=80)
    rule: Literal["required", "undecided"]
    reviewed: Answer
    should_have_known: Answer
    role: Annotated[str, AfterValidator(of_annex_a("role_missing"))]
    reason: Reason

    @property
    def key(self) -> str:
        """The code of the incident."""
        return self.incident

    @property
    def is_undecided(self) -> bool:
        """Whether something is still to be decided."""
        return "undecided" in (self.reviewed, self.should_have_known)


class VarianceReason(Record):
    """Why what was done differs from what was planned, of one output in a budget year.

    2017.12 §68. `due`, `done`: the quantities of the release that it was written beside, null where
    the release has none; `as_of`: the day up to which that release knows.
    """

    kind: ClassVar[str] = "variance_reason"
    right: ClassVar[str] = "follow_up"
    budget_year: str
    area: str = Field(min_length=1, max_length=80)
    outcome: str = Field(default="", max_length=80)
    activity_type: str = Field(min_length=1, max_length=60)
    quantity_unit: str = Field(min_length=1, max_length=40)
    due: float | None
    done: float | None
    as_of: date
    reason: Reason

    @property
    def key(self) -> str:
        """Budget year, area, outcome, activity and unit of quantity."""
        named = (self.area, self.outcome, self.activity_type, self.quantity_unit)
        return "/".join((self.budget_year, *named))

    @field_validator("budget_year")
    @classmethod
    def _is_a_budget_year(cls, name: str) -> str:
        if not _BUDGET_YEAR.fullmatch(name):
            raise ValueError("a budget year is written 2026/27")
        return name
