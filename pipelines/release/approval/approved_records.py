"""What people approved, as tables of the mart: an input of each release, with its hash.

Assessments in the version that was approved last, threats, decided reviews, what follows from them,
reasons for variance. Drafts and reviews in progress stay where they are, and so does every name.
"""

import hashlib
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from indicators.foundation.stored.mart_rows import store_rows
from pipelines.workspace.warehouse.inspect import Connection
from records.kinds import Assessment, Figure, Recommendation
from records.kinds.decisions import ReviewDecision, VarianceReason
from records.kinds.threats import ThreatAssessment
from records.store import Store, Version, canonical

Row = Mapping[str, Any]


def store_approved(connection: Connection, home: Path, mission: str) -> str:
    """Puts the mission's approved records into the mart; the SHA-256 of all their rows."""
    tables = approved_tables(Store.of_workspace(home), mission)
    for table, rows in tables.items():
        store_rows(connection, mission, table, rows)
    connection.execute(
        """UPDATE mart.review_decision AS own SET case_number = known.case_number
        FROM mart.review_candidate AS known
        WHERE known.mission = own.mission AND known.incident_code = own.incident_code"""
    )
    return hashlib.sha256(canonical(tables).encode()).hexdigest()


def approved_tables(store: Store, mission: str) -> dict[str, list[Row]]:
    """Rows by table, the mission's name left out."""
    assessed = list(_approved(store, mission))
    decided = [one for one in store.all(mission, ReviewDecision) if not one.record.is_undecided]
    sources = {one.record.key for one in assessed} | {one.record.key for one in decided}
    return {
        "assessment": [_assessment(one) for one in assessed],
        "assessment_figure": [row for one in assessed for row in _figures(one.record)],
        "recommendation": list(_recommendations(store, mission, sources)),
        "threat_assessment": [_threat(one) for one in store.all(mission, ThreatAssessment)],
        "review_decision": [_decision(one) for one in decided],
        "variance_reason": [_variance(one) for one in store.all(mission, VarianceReason)],
    }


def _approved(store: Store, mission: str) -> Iterator[Version[Assessment]]:
    """Of each assessment the version that was approved last, whatever was written since."""
    for newest in store.all(mission, Assessment):
        versions = store.versions(mission, Assessment, newest.record.key)
        yield from [one for one in versions if one.record.state == "approved"][-1:]


def _assessment(version: Version[Assessment]) -> Row:
    own = version.record
    return {
        "indicator": own.indicator,
        "area": own.area,
        "period": own.period,
        "version": version.number,
        "approved_on": _day(version),
        "rating": own.rating,
        "computed_rating": own.computed.rating if own.computed else None,
        "reason": own.reason,
        "narrative": own.narrative,
        "participants": _joined(own.participants),
    }


def _figures(assessment: Assessment) -> Iterator[Row]:
    computed = [("computed", assessment.computed)] if assessment.computed else []
    for position, (use, figure) in enumerate(
        [*computed, *(("cited", one) for one in assessment.evidence)]
    ):
        key = {name: getattr(assessment, name) for name in ("indicator", "area", "period")}
        yield key | {"use": use, "position": position} | _figure(figure)


def _figure(figure: Figure) -> dict[str, Any]:
    return {
        "cited_release": figure.release,
        "cited_indicator": figure.indicator,
        "cited_period": figure.period,
        "cited_area": figure.area,
        "value": figure.value,
        "rating": figure.rating,
        "words_en": figure.words.get("en"),
        "words_fr": figure.words.get("fr"),
    }


def _recommendations(store: Store, mission: str, sources: set[str]) -> Iterator[Row]:
    """Those that follow from what is approved or decided."""
    for version in store.all(mission, Recommendation):
        own = version.record
        if own.source not in sources:
            continue
        first = store.versions(mission, Recommendation, own.key)[0]
        is_review = own.source_kind == "review"
        yield {
            "recommendation_code": own.key,
            "version": version.number,
            "made_on": _day(first),
            "changed_on": _day(version),
            "source_kind": own.source_kind,
            "assessment": None if is_review else own.source,
            "incident_code": own.source if is_review else None,
            **own.model_dump(mode="json", include={"area", "text", "owner", "due_on", "status"}),
            "note": own.note,
        }


def _threat(version: Version[ThreatAssessment]) -> Row:
    own = version.record.model_dump(mode="json")
    own["priorities"] = _joined(version.record.priorities)
    return own | {"version": version.number, "written_on": _day(version)}


def _decision(version: Version[ReviewDecision]) -> Row:
    own = version.record.model_dump(mode="json")
    own["incident_code"] = own.pop("incident")
    return own | {"version": version.number, "decided_on": _day(version)}


def _variance(version: Version[VarianceReason]) -> Row:
    own = version.record.model_dump(mode="json")
    return own | {"version": version.number, "written_on": _day(version)}


def _joined(names: Iterable[str]) -> str:
    return "|".join(names)


def _day(version: Version[Any]) -> str:
    """The day on which a version was written, in UTC."""
    return version.written_at.date().isoformat()
