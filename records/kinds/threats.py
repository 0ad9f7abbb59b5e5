"""The quarterly threat assessment (2023.05 §77), one area, actor and threat at a time.

The scales from 1 to 5 are this project's: §77 sets none. The criteria are those of 2017.12 §29 and
of 2023.05 §17 and §76.
"""

from datetime import date
from typing import ClassVar, Literal

from pydantic import Field

from records.kinds import Narrative, Quarter, Record

SCALE = ("1", "2", "3", "4", "5")
TRENDS = ("rising", "stable", "falling")
# 2017.12 §29: threat and risk, ability, comparative advantage, possible negative consequences.
CRITERIA = ("threat_risk", "ability", "comparative_advantage", "negative_consequences")
# 2023.05 §17 and §76: what makes a threat a priority.
PRIORITIES = ("highest_risk", "mass_atrocity", "destabilising")

Score = Literal["1", "2", "3", "4", "5"]


class ThreatAssessment(Record):
    """What people hold of one threat in the quarter to come; empty scores were not agreed."""

    kind: ClassVar[str] = "threat_assessment"
    quarter: Quarter
    area: str = Field(min_length=1, max_length=80)
    actor_type: str = Field(min_length=1, max_length=80)
    threat_type: str = Field(min_length=1, max_length=80)
    likelihood: Score | None = None
    impact: Score | None = None
    vulnerability: Score | None = None
    trend: Literal["rising", "stable", "falling"]
    threat_risk: Score | None = None
    ability: Score | None = None
    comparative_advantage: Score | None = None
    negative_consequences: Score | None = None
    priorities: tuple[Literal["highest_risk", "mass_atrocity", "destabilising"], ...] = ()
    narrative: Narrative
    shared_with_leadership_on: date | None = None
    shared_with_hq_on: date | None = None

    @property
    def key(self) -> str:
        """Quarter, area, actor and threat."""
        return f"{self.quarter}/{self.area}/{self.actor_type}/{self.threat_type}"

    @property
    def risk(self) -> int | None:
        """Likelihood times impact, 1 to 25; null where either is not agreed."""
        if self.likelihood is None or self.impact is None:
            return None
        return int(self.likelihood) * int(self.impact)
