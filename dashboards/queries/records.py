"""What people wrote of a mission: assessments and recommendations, as an audience may read them.

Headquarters reads what was approved; drafts are the mission's own.
"""

from dataclasses import replace
from datetime import date

from dashboards.context import Context
from indicators.foundation.periods import period_of
from records.kinds import Assessment, Recommendation
from records.store import Store, Version

PAGES = (
    "/",
    "/alerts",
    "/assessment",
    "/budget",
    "/data-quality",
    "/threats",
    "/accountability",
)  # pages that show records: not kept beyond the next thing written


def store_of(context: Context) -> Store:
    """The store of the context's workspace."""
    return Store.of_workspace(context.home)


def of_quarter(context: Context) -> Context:
    """The context in the quarter of its period: assessments are made by the quarter."""
    if context.period.period_type == "Q":
        return context
    quarter = period_of(context.period.end, "Q").name
    parameters = {**context.address.parameters, "period": quarter}
    return replace(context, address=replace(context.address, parameters=parameters))


def history(context: Context, code: str) -> list[Version[Assessment]]:
    """All versions of the assessment of one outcome in the chosen area and period."""
    key = f"{code}/{context.area}/{context.period.name}"
    found = store_of(context).versions(context.release.mission, Assessment, key)
    return [one for one in found if _is_readable(context, one)]


def assessments(context: Context) -> dict[str, Version[Assessment]]:
    """By indicator: the newest version in the chosen area and period."""
    found = {}
    for newest in store_of(context).all(context.release.mission, Assessment):
        record = newest.record
        if (record.area, record.period) != (context.area, context.period.name):
            continue
        shown = newest if _is_readable(context, newest) else None
        if shown is None and (earlier := history(context, record.indicator)):
            shown = earlier[-1]
        if shown is not None:
            found[record.indicator] = shown
    return found


def recommendations(context: Context) -> list[Version[Recommendation]]:
    """Those of the chosen area and the areas in it: open ones first, by the day they are due."""
    found = [
        version
        for version in store_of(context).all(context.release.mission, Recommendation)
        if version.record.area in context.areas_inside
    ]
    if context.audience == "hq":
        approved = _approved(context)
        found = [one for one in found if one.record.source in approved]
    return sorted(found, key=lambda one: (one.record.is_closed, one.record.due_on, one.record.key))


def overdue(context: Context) -> list[Version[Recommendation]]:
    """Recommendations whose day has passed with something still to be done, oldest first."""
    today = date.today()
    return [one for one in recommendations(context) if one.record.is_overdue(today)]


def _approved(context: Context) -> set[str]:
    store, mission = store_of(context), context.release.mission
    return {
        newest.record.key
        for newest in store.all(mission, Assessment)
        if any(
            version.record.state == "approved"
            for version in store.versions(mission, Assessment, newest.record.key)
        )
    }


def _is_readable(context: Context, version: Version[Assessment]) -> bool:
    return context.audience == "mission" or version.record.state == "approved"
