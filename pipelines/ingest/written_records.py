"""What people wrote, as one more source: rows of the records store, in files that ingest reads.

A row says what, where, when and which role, never who: no name leaves the store. Avoid importing
anything heavy here: whether a refresh is needed at all is told with it.
"""

import json
import os
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from records.kinds import Assessment, Recommendation
    from records.kinds.threats import ThreatAssessment
    from records.store import Store, Version

Row = Mapping[str, str | None]


def write_files(home: Path, mission: str) -> Iterator[tuple[str, Path]]:
    """Writes the files anew where the store has records of the mission: source and path of each.

    The same records give the same bytes. A file's time is that of the newest version in it.
    """
    for table, text, newest in _texts(home, mission):
        path = home / "records" / mission / f"records_{table}.jsonl"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
        os.utime(path, (newest, newest))  # ingest waits for files that were touched just now
        yield path.stem, path


def written_text(home: Path, mission: str) -> str:
    """All that the files would hold, and the decisions; empty where there are no records."""
    decided = [f"{json.dumps(row)}\n" for row in duplicate_decisions(home, mission)]
    return "".join([*(text for _, text, _ in _texts(home, mission)), *decided])


def duplicate_decisions(home: Path, mission: str) -> list[tuple[str | None, ...]]:
    """What was decided last of each pair of rows: table, both keys, decision, row left out."""
    if not _is_written(home):
        return []
    from records.kinds import DuplicateDecision
    from records.store import Store

    found = [one.record for one in Store.of_workspace(home).all(mission, DuplicateDecision)]
    return [(r.table, r.row_key, r.other_key, r.decision, r.left_out) for r in found]


def _is_written(home: Path) -> bool:
    return bool(os.environ.get("POCLENS_DATABASE_URL")) or (home / "records.db").is_file()


def _texts(home: Path, mission: str) -> Iterator[tuple[str, str, float]]:
    """Table, its lines, and when the newest version in it was written."""
    if not _is_written(home):
        return
    from records.kinds import Assessment, Recommendation
    from records.kinds.threats import ThreatAssessment
    from records.store import Store

    store = Store.of_workspace(home)
    assessed = _histories(store, mission, Assessment)
    recommended = _histories(store, mission, Recommendation)
    yield from _text("assessments", assessed, _assessment)
    yield from _text("recommendations", recommended, _recommendation)
    threats = _histories(store, mission, ThreatAssessment)
    yield from _text("threat_assessments", threats, _threat)


def _histories(store: "Store", mission: str, kind: Any) -> list[list["Version[Any]"]]:
    newest = store.all(mission, kind)
    return [store.versions(mission, kind, one.record.key) for one in newest]


def _text(
    table: str, histories: list[list["Version[Any]"]], row_of: Any
) -> Iterator[tuple[str, str, float]]:
    if histories:
        lines = [json.dumps(row_of(one), ensure_ascii=False) for one in histories]
        newest = max(versions[-1].written_at for versions in histories)
        yield table, "".join(f"{line}\n" for line in lines), newest.timestamp()


def _assessment(versions: list["Version[Assessment]"]) -> Row:
    record = versions[-1].record
    is_approved = record.state == "approved"
    return {
        "outcome_indicator": record.indicator,
        "area_code": record.area,
        "quarter": record.period,
        "rating": record.rating,
        "computed_rating": record.computed.rating if record.computed else None,
        "first_written_on": _day(versions[0]),
        "approved_on": _day(versions[-1]) if is_approved else None,
    }


def _recommendation(versions: list["Version[Recommendation]"]) -> Row:
    record = versions[-1].record
    return {
        "recommendation_code": record.key,
        "source_kind": record.source_kind,
        "area_code": record.area,
        "owner_role": record.owner,
        "made_on": _day(versions[0]),
        "first_due_on": versions[0].record.due_on.isoformat(),
        "due_on": record.due_on.isoformat(),
        "done_on": _since(versions, "done"),
        "dropped_on": _since(versions, "dropped"),
    }


def _threat(versions: list["Version[ThreatAssessment]"]) -> Row:
    """The newest version: a threat assessment has no steps."""
    from records.kinds.threats import CRITERIA

    record = versions[-1].record
    shared = {
        "shared_with_leadership_on": record.shared_with_leadership_on,
        "shared_with_hq_on": record.shared_with_hq_on,
    }
    return {
        "quarter": record.quarter,
        "area_code": record.area,
        "actor_type": record.actor_type,
        "threat_type": record.threat_type,
        "likelihood": record.likelihood,
        "impact": record.impact,
        "vulnerability": record.vulnerability,
        "trend": record.trend,
        **{f"criterion_{name}": getattr(record, name) for name in CRITERIA},
        **{name: day.isoformat() if day else None for name, day in shared.items()},
    }


def _since(versions: Iterable["Version[Recommendation]"], status: str) -> str | None:
    """The day from which it has had a status without a break; None where it has another now."""
    since = None
    for version in versions:
        if version.record.status != status:
            since = None
        elif since is None:
            since = _day(version)
    return since


def _day(version: "Version[Any]") -> str:
    """The day on which a version was written, in UTC."""
    return version.written_at.date().isoformat()
