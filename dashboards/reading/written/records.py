"""What people wrote of a mission, as an audience may read it."""

from dataclasses import replace
from datetime import date

import pandas as pd

from dashboards.reading.context import Context
from dashboards.reading.written import approved
from indicators.foundation.periods import period_of
from records.kinds import Assessment, DuplicateDecision, Recommendation
from records.kinds.accountability import Compact, UnitEvaluation
from records.kinds.decisions import ReviewDecision, VarianceReason
from records.kinds.threats import ThreatAssessment
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
    if not context.reads_store:
        return [one for one in approved.assessments(context.release) if one.record.key == key]
    return store_of(context).versions(context.release.mission, Assessment, key)


def assessments(context: Context) -> dict[str, Version[Assessment]]:
    """By indicator: the newest version in the chosen area and period."""
    if context.reads_store:
        found = store_of(context).all(context.release.mission, Assessment)
    else:
        found = approved.assessments(context.release)
    here = (context.area, context.period.name)
    own = (one for one in found if (one.record.area, one.record.period) == here)
    return {one.record.indicator: one for one in own}


def recommendations(context: Context) -> list[Version[Recommendation]]:
    """Those of the chosen area and the areas in it: open ones first, by the day they are due."""
    if context.reads_store:
        written = store_of(context).all(context.release.mission, Recommendation)
    else:
        written = approved.recommendations(context.release)
    found = [one for one in written if one.record.area in context.areas_inside]
    return sorted(found, key=lambda one: (one.record.is_closed, one.record.due_on, one.record.key))


def overdue(context: Context) -> list[Version[Recommendation]]:
    """Recommendations whose day has passed with something still to be done, oldest first; in a
    document of the release passed by the day of its data."""
    as_of = pd.Timestamp(context.mission["as_of"]).date() if context.is_of_release else date.today()
    return [one for one in recommendations(context) if one.record.is_overdue(as_of)]


def threats(context: Context, quarter: str) -> list[ThreatAssessment]:
    """Of a quarter, in the chosen area and those in it: the highest risk first."""
    if context.reads_store:
        versions = store_of(context).all(context.release.mission, ThreatAssessment)
        threats = [one.record for one in versions]
    else:
        threats = approved.threats(context.release)
    inside = context.areas_inside
    found = [one for one in threats if one.quarter == quarter and one.area in inside]
    return sorted(found, key=lambda one: (-(one.risk or 0), one.key))


def compacts(context: Context) -> list[Compact]:
    """Those of the period's year; headquarters holds its own."""
    if context.audience != "mission":
        return []
    found = store_of(context).all(context.release.mission, Compact)
    year = context.period.end.year
    return [one.record for one in found if one.record.year == year]


def evaluations(context: Context) -> list[UnitEvaluation]:
    """Evaluations of formed units, the newest first."""
    if context.audience != "mission":
        return []
    found = store_of(context).all(context.release.mission, UnitEvaluation)
    return sorted((one.record for one in found), key=lambda one: one.evaluated_on, reverse=True)


def review_decisions(context: Context) -> dict[str, Version[ReviewDecision]]:
    """By code of the incident: what was decided last. The mission's own copy alone has the code."""
    found = store_of(context).all(context.release.mission, ReviewDecision)
    return {one.record.incident: one for one in found}


def variance_reasons(context: Context) -> dict[str, Version[VarianceReason]]:
    """By key: the reason given last."""
    if not context.reads_store:
        return approved.variance_reasons(context.release)
    found = store_of(context).all(context.release.mission, VarianceReason)
    return {one.record.key: one for one in found}


def duplicate_decisions(context: Context) -> dict[str, Version[DuplicateDecision]]:
    """By key: what was decided last of two rows."""
    if context.audience != "mission":
        return {}
    found = store_of(context).all(context.release.mission, DuplicateDecision)
    return {one.record.key: one for one in found}
