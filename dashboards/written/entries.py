"""What people wrote beside assessments: threats, compacts, evaluations, decisions and reasons.

The mission reads its store; other audiences threats, decided reviews and reasons for variance as
their release holds them, and nothing else.
"""

from dashboards.context import Context
from dashboards.written import approved
from dashboards.written.records import store_of
from records.accountability import Compact, UnitEvaluation
from records.decisions import ReviewDecision, VarianceReason
from records.kinds import DuplicateDecision
from records.store import Version
from records.threats import ThreatAssessment


def threats(context: Context, quarter: str) -> list[ThreatAssessment]:
    """Of a quarter, in the chosen area and those in it: the highest risk first."""
    if context.audience == "mission":
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
    if context.audience != "mission":
        return approved.variance_reasons(context.release)
    found = store_of(context).all(context.release.mission, VarianceReason)
    return {one.record.key: one for one in found}


def duplicate_decisions(context: Context) -> dict[str, Version[DuplicateDecision]]:
    """By key: what was decided last of two rows."""
    if context.audience != "mission":
        return {}
    found = store_of(context).all(context.release.mission, DuplicateDecision)
    return {one.record.key: one for one in found}
