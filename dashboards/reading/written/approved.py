"""What people approved, as a release holds it for its audience: versions without a name.

Pages of headquarters read these; the mission's own read the store, with drafts (`records.py`).
"""

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import Any, TypeVar

from dashboards.reading.releases import Release
from dashboards.reading.rows import rows_of
from dashboards.wording import formats
from records.kinds import Assessment, Figure, Recommendation, Record
from records.kinds.decisions import ReviewDecision, VarianceReason
from records.kinds.threats import ThreatAssessment
from records.store import Version

RecordType = TypeVar("RecordType", bound=Record)
Row = Mapping[str, Any]
_OF_ASSESSMENT = ("indicator", "area", "period")
NOBODY = ""  # in place of a name, which no release holds


def assessments(release: Release) -> list[Version[Assessment]]:
    """Of each assessment the version that was approved last, by key."""
    figures = _rows(release, "assessment_figure", (*_OF_ASSESSMENT, "position"))
    found = []
    for row in _rows(release, "assessment", _OF_ASSESSMENT):
        own = [one for one in figures if all(one[name] == row[name] for name in _OF_ASSESSMENT)]
        computed = next((_figure(one) for one in own if one["use"] == "computed"), None)
        evidence = [_figure(one) for one in own if one["use"] == "cited"]
        content = {
            "state": "approved",
            "computed": computed,
            "evidence": evidence,
            "participants": _listed(row["participants"]),
        }
        found.append(_version(Assessment, release, row, "approved_on", content))
    return found


def recommendations(release: Release) -> list[Version[Recommendation]]:
    """Those that follow from an approved assessment or a decided review, by number."""
    found = []
    for row in _rows(release, "recommendation", ("recommendation_code",)):
        source = row["assessment"] or row["incident_code"] or "–"
        content = {"number": int(row["recommendation_code"].partition("-")[2]), "source": source}
        found.append(_version(Recommendation, release, row, "changed_on", content))
    return found


def threats(release: Release) -> list[ThreatAssessment]:
    """Threats, those alone that were shared with this audience."""
    keys = ("quarter", "area", "actor_type", "threat_type")
    return [
        _version(
            ThreatAssessment, release, row, "written_on", {"priorities": _listed(row["priorities"])}
        ).record
        for row in _rows(release, "threat_assessment", keys)
    ]


def review_decisions(release: Release) -> dict[int, Version[ReviewDecision]]:
    """By number of the case among the candidates for a review."""
    return {
        row["case_number"]: _version(
            ReviewDecision, release, row, "decided_on", {"incident": row["incident_code"] or "–"}
        )
        for row in _rows(release, "review_decision", ("case_number",))
        if row["case_number"] is not None
    }


def variance_reasons(release: Release) -> dict[str, Version[VarianceReason]]:
    """By key."""
    rows = _rows(release, "variance_reason", ("budget_year",))
    found = [_version(VarianceReason, release, row, "written_on", {}) for row in rows]
    return {one.record.key: one for one in found}


def _rows(release: Release, table: str, order: Iterable[str]) -> list[dict[str, Any]]:
    if table not in release.tables:  # releases of before hold no records
        return []
    frame = release.frame(f"FROM mart.{table} ORDER BY {', '.join(order)}", [])
    return [
        {name: None if formats.is_missing(value) else value for name, value in row.items()}
        for row in rows_of(frame)
    ]


def _version(
    kind: type[RecordType], release: Release, row: Row, day: str, content: Row
) -> Version[RecordType]:
    own = {name: row[name] for name in kind.model_fields if name in row} | dict(content)
    written_at = datetime.combine(row[day], datetime.min.time(), UTC)
    record = kind.model_validate(own)
    return Version(release.mission, int(row["version"]), written_at, NOBODY, record)


def _figure(row: Row) -> Figure:
    words = {"en": row["words_en"], "fr": row["words_fr"]}
    return Figure(
        release=row["cited_release"],
        indicator=row["cited_indicator"],
        period=row["cited_period"],
        area=row["cited_area"],
        value=row["value"],
        rating=row["rating"],
        words={language: said for language, said in words.items() if said is not None},
    )


def _listed(joined: str | None) -> tuple[str, ...]:
    return tuple((joined or "").split("|")) if joined else ()
