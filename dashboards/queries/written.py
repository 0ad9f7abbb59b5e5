"""What people wrote beside assessments: threats, compacts, evaluations, decisions and reasons.

The mission's own: headquarters reads threat assessments that were shared with it.
"""

from dashboards.context import Context
from dashboards.queries.records import store_of
from records.accountability import Compact, UnitEvaluation
from records.decisions import ReviewDecision, VarianceReason
from records.kinds import DuplicateDecision
from records.store import Version
from records.threats import ThreatAssessment


def threats(context: Context, quarter: str) -> list[ThreatAssessment]:
    """Of a quarter, in the chosen area and those in it: the highest risk first."""
    found = [
        version.record
        for version in store_of(context).all(context.release.mission, ThreatAssessment)
        if version.record.quarter == quarter and version.record.area in context.areas_inside
    ]
    if context.audience == "hq":
        found = [one for one in found if one.shared_with_hq_on is not None]
    return sorted(found, key=lambda one: (-(one.risk or 0), one.key))


def compacts(context: Context) -> list[Compact]:
    """Those of the period's year; headquarters holds its own."""
    if context.audience == "hq":
        return []
    found = store_of(context).all(context.release.mission, Compact)
    year = context.period.end.year
    return [one.record for one in found if one.record.year == year]


def evaluations(context: Context) -> list[UnitEvaluation]:
    """Evaluations of formed units, the newest first."""
    if context.audience == "hq":
        return []
    found = store_of(context).all(context.release.mission, UnitEvaluation)
    return sorted((one.record for one in found), key=lambda one: one.evaluated_on, reverse=True)


def review_decisions(context: Context) -> dict[str, Version[ReviewDecision]]:
    """By code of the incident: what was decided last."""
    if context.audience == "hq":
        return {}
    found = store_of(context).all(context.release.mission, ReviewDecision)
    return {one.record.incident: one for one in found}


def variance_reasons(context: Context) -> dict[str, Version[VarianceReason]]:
    """By key: the reason given last."""
    if context.audience == "hq":
        return {}
    found = store_of(context).all(context.release.mission, VarianceReason)
    return {one.record.key: one for one in found}


def duplicate_decisions(context: Context) -> dict[str, Version[DuplicateDecision]]:
    """By key: what was decided last of two rows."""
    found = store_of(context).all(context.release.mission, DuplicateDecision)
    return {one.record.key: one for one in found}
