"""What accountability refers to: compacts and work plans by role, evaluations of formed units.

References only (2023.05 §81, §83-85): no person's goals, no rating of a person or a unit.
"""

from datetime import date
from typing import ClassVar, Literal

from pydantic import Field, model_validator

from indicators.foundation.calendar.overdue import is_overdue
from records.kinds import LONGEST_TEXT, Owner, Record


class Compact(Record):
    """Which indicators a role's compact or work plan of a year refers to (2023.05 §83-84)."""

    kind: ClassVar[str] = "compact"
    role: Owner
    year: int = Field(ge=2000, le=2100)
    instrument: Literal["compact", "work_plan"]
    indicators: tuple[str, ...] = Field(min_length=1)
    reference: str = Field(default="", max_length=200)

    @property
    def key(self) -> str:
        """Role and year."""
        return f"{self.role}/{self.year}"


class UnitEvaluation(Record):
    """That a formed unit was evaluated, and what follows by when (2023.05 §85); not the result."""

    kind: ClassVar[str] = "unit_evaluation"
    unit_code: str = Field(min_length=1, max_length=80)
    evaluated_on: date
    reference: str = Field(default="", max_length=200)
    follow_up_due_on: date | None = None
    followed_up_on: date | None = None
    note: str = Field(default="", max_length=LONGEST_TEXT)

    @property
    def key(self) -> str:
        """Unit and day."""
        return f"{self.unit_code}/{self.evaluated_on.isoformat()}"

    def is_overdue(self, today: date) -> bool:
        """Whether its follow-up is due and not recorded."""
        return is_overdue(self.follow_up_due_on, self.followed_up_on is not None, today)

    @model_validator(mode="after")
    def _follows_the_evaluation(self) -> "UnitEvaluation":
        days = (self.follow_up_due_on, self.followed_up_on)
        if any(day is not None and day < self.evaluated_on for day in days):
            raise ValueError("before_evaluation")
        return self
