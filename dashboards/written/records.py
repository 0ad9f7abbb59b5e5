"""What people wrote of a mission: assessments and recommendations, as an audience may read them.

The mission reads its store, drafts among them; every other audience what its release holds.
"""

from dataclasses import replace
from datetime import date

from dashboards.context import Context
from dashboards.written import approved
from indicators.foundation.periods import period_of
from records.kinds import Assessment, Recommendation
from records.store import Store, Version


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
    if context.audience != "mission":
        return [one for one in approved.assessments(context.release) if one.record.key == key]
    return store_of(context).versions(context.release.mission, Assessment, key)


def assessments(context: Context) -> dict[str, Version[Assessment]]:
    """By indicator: the newest version in the chosen area and period."""
    if context.audience == "mission":
        found = store_of(context).all(context.release.mission, Assessment)
    else:
        found = approved.assessments(context.release)
    here = (context.area, context.period.name)
    own = (one for one in found if (one.record.area, one.record.period) == here)
    return {one.record.indicator: one for one in own}


def recommendations(context: Context) -> list[Version[Recommendation]]:
    """Those of the chosen area and the areas in it: open ones first, by the day they are due."""
    if context.audience == "mission":
        written = store_of(context).all(context.release.mission, Recommendation)
    else:
        written = approved.recommendations(context.release)
    found = [one for one in written if one.record.area in context.areas_inside]
    return sorted(found, key=lambda one: (one.record.is_closed, one.record.due_on, one.record.key))


def overdue(context: Context) -> list[Version[Recommendation]]:
    """Recommendations whose day has passed with something still to be done, oldest first."""
    today = date.today()
    return [one for one in recommendations(context) if one.record.is_overdue(today)]
