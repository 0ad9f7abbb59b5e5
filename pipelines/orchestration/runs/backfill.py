"""A mission's history: its past quarters refreshed and published one after another.

Every quarter is computed as of the 15th day after it, from all files that are there today: what
came late is in it, unlike in a release that was made at that time.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import takewhile

from indicators.definitions.mission_profile import read_mission
from indicators.foundation.errors import Problem, WrongUse
from indicators.foundation.periods import Period, add_months, period_named, period_of
from pipelines.orchestration.runs.unchanged import unchanged_result
from pipelines.release.naming import check_period, current_name, period_of_release, releases_of
from pipelines.workspace.paths import Workspace

_DAYS_AFTER = 15


@dataclass(frozen=True)
class Filled:
    """What became of a quarter: the release it got, or had; empty where no source has a fact in it,
    failed where a check blocks it."""

    period: str
    release: str
    status: str  # published, kept, empty, failed


def quarters_to_fill(
    workspace: Workspace, mission: str, first: str | None = None, last: str | None = None
) -> list[Period]:
    """The mission's quarters that are over, from `first` to `last`.

    Raises WrongUse for what is no quarter, and for one before the quarter that is current: a new
    release of it would become the current one.
    """
    profile = read_mission(workspace.profile(mission))
    for wish in (first, last):
        if wish:
            check_period(wish)
    today = profile.as_of_day()
    begin = period_named(first) if first else period_of(profile.starts_on, "Q")
    found = list(takewhile(lambda one: one.end < today, _from(begin)))
    chosen = [one for one in found if last is None or one.name <= last]
    current = current_name(workspace, mission)
    published = {period_of_release(name) for name in releases_of(workspace, mission)}
    behind = [one.name for one in chosen if one.name not in published]
    if current and behind and behind[0] < period_of_release(current):
        words = {"period": behind[0], "current": current}
        raise WrongUse(Problem("backfill_behind", mission, parameters=words))
    return chosen


def _from(period: Period) -> Iterator[Period]:
    while True:
        yield period
        period = period_of(add_months(period.start, 3), "Q")


def backfill(workspace: Workspace, mission: str, quarters: list[Period]) -> Iterator[Filled]:
    """Publishes each quarter that has no release; then the mission is refreshed as of its day,
    where that would find anything new.

    Can be run again after it was cut short, be it in the last refresh. A quarter that a blocking
    check stops ends it, for those after it would stop there too.
    """
    day = read_mission(workspace.profile(mission)).as_of_day()
    computed: date | None = None
    for quarter in quarters:
        names = [n for n in releases_of(workspace, mission) if period_of_release(n) == quarter.name]
        if names:
            yield Filled(quarter.name, names[-1], "kept")
            continue
        from pipelines.orchestration.run import publish, refresh  # loads Dagster

        computed = min(quarter.end + timedelta(days=_DAYS_AFTER), day)
        if refresh(workspace, mission, computed).status != "success":
            yield Filled(quarter.name, "", "failed")
            return
        release = ""
        try:
            release = publish(workspace, mission, quarter.name)[0]
        except WrongUse as refused:
            if [one.rule for one in refused.problems] != ["no_fact_in_period"]:
                raise
        yield Filled(quarter.name, release, "published" if release else "empty")
    if quarters and computed != day and unchanged_result(workspace, mission, None) is None:
        from pipelines.orchestration.run import refresh

        refresh(workspace, mission)
