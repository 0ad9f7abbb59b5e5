"""Reports behind a count: how many were due, came, or could not come for want of access.

The one place that figures of indicators (`empty_reasons.py`), and counts of other mart tables on
pages, in lists and in the brief, go by. An area is spoken for by the reports of it and of the areas
below it; where none of these owes any, by those of the nearest area above it that does.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from indicators.foundation.sql_text import sql_file

# Whose reports the rows of a mart table come from. `()`: no source's own, so that only an area that
# sent nothing of any source is silent. A table that is not here rests on no monthly report.
SOURCES: Mapping[str, tuple[str, ...]] = {
    "effort": ("activities",),
    "police_task": ("activities",),
    "joint_activity": ("activities",),
    "plan_change": ("activities",),
    "work_plan": ("activities",),
    "threat_response": ("activities", "alerts"),
    "pending_action": ("alerts",),
    "alert_without_action": ("alerts",),
    "early_warning": ("incidents", "alerts"),
    "incident": ("incidents",),
    "review_candidate": ("incidents",),
    "monitoring_referral": ("referrals",),
    "operation": (),
}


@dataclass(frozen=True)
class Reports:
    """Monthly reports of an area and a period; all three are 0 where none was due."""

    due: int = 0
    received: int = 0
    no_access: int = 0

    @property
    def is_silent(self) -> bool:
        """Whether some were due and none came."""
        return self.due > 0 and self.received == 0

    @property
    def is_closed(self) -> bool:
        """Whether none could come: there was no access."""
        return self.due > 0 and self.no_access == self.due

    def __add__(self, other: "Reports") -> "Reports":
        return Reports(
            self.due + other.due,
            self.received + other.received,
            self.no_access + other.no_access,
        )


NO_REPORTS = Reports()


def added(found: Iterable[Reports]) -> Reports:
    """The sum."""
    return sum(found, NO_REPORTS)


def owed_reports_sql() -> str:
    """A row a mission, area, source and month for which reports were due.

    Columns: mission, area, source, month, due, received, no_access.
    """
    return sql_file(__file__, "owed_reports")
