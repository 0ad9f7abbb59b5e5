"""A year of the cycle, written into the records store as people would.

What they say stands in `cycle.yaml`; the seed draws the day and hour of each step.
"""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from indicators.foundation.periods import period_named, period_of
from pipelines.sample.country import COUNTRY, MISSION
from pipelines.sample.draws import Stream, stream
from pipelines.sample.facts import facts
from records.kinds import KINDS, STATES, Assessment, Recommendation, Record
from records.kinds.accountability import Compact, UnitEvaluation
from records.kinds.decisions import ReviewDecision, VarianceReason
from records.kinds.threats import CRITERIA, ThreatAssessment
from records.rights import Actor
from records.store import Store

_LAST_STEP = datetime(2026, 10, 15, 20, tzinfo=UTC)
_SCORED = ("likelihood", "impact", "vulnerability", *CRITERIA)
_REVIEWED = ("incident", "area", "rule", "reviewed", "should_have_known", "role")
_VARIED = ("budget_year", "outcome", "activity_type", "due", "done", "reason")
_SAID = facts("cycle")
_BY, _QUARTERS = _SAID["by"], _SAID["quarters"]
_Step = tuple[datetime, str, Record]


def write_cycle(home: Path, seed: int = 2026) -> None:
    """The sample's records, unless the store has some of this mission already."""
    store = Store.of_workspace(home)
    if any(store.all(MISSION, kind) for kind in KINDS.values()):
        return
    steps = list(_assessment_steps(seed))
    steps += _recommendation_steps(seed, {record.key: at for at, _, record in steps})
    steps += [*_threat_steps(seed), *_reference_steps(), *_decision_steps()]
    written: dict[str, int] = {}
    with store.writing() as connection:
        for at, who, record in sorted(steps, key=lambda step: (step[0], step[2].key)):
            based_on = written.get(record.key, 0)
            actor = Actor(who, frozenset())
            store.write_in(connection, actor, MISSION, record, based_on, at)
            written[record.key] = based_on + 1


def _assessment_steps(seed: int) -> Iterator[_Step]:
    """Draft, review and approval in the two weeks after each quarter, as far as each went."""
    for number, entry in enumerate(_SAID["assessments"]):
        for place, quarter in enumerate(_QUARTERS):
            draw = stream(seed, "assessment", number * len(_QUARTERS) + place)
            at = _at(period_named(quarter).end, 8) + timedelta(days=2)
            record = Assessment(
                indicator=entry["indicator"],
                area=COUNTRY,
                period=quarter,
                rating=entry["ratings"][place],
                reason=entry.get("reasons", {}).get(place, ""),
                narrative=entry["narratives"][place],
                participants=tuple(entry["participants"]),
            )
            for state in STATES[: STATES.index(entry["reached"][place]) + 1]:
                at = min(at + _minutes(draw, 600, 5400), _LAST_STEP)
                yield at, _BY[state], record.model_copy(update={"state": state})


def _recommendation_steps(seed: int, ends: dict[str, datetime]) -> Iterator[_Step]:
    """Each recommendation an hour or more after its assessment, and what became of it."""
    for number, entry in enumerate(_SAID["recommendations"], start=1):
        draw = stream(seed, "recommendation", number)
        source = f"{entry['of']}/{COUNTRY}/{entry['quarter']}"
        at = min(ends[source] + _minutes(draw, 60, 600), _LAST_STEP)
        content = {name: entry[name] for name in ("text", "owner", "due_on")}
        content |= {"number": number, "source_kind": "assessment", "source": source}
        record = Recommendation(area=COUNTRY, **content)
        yield at, _BY["reviewed"], record
        for status, days, note in entry["then"]:
            later = at + timedelta(days=days, hours=int(draw.integers(1, 9)))
            yield later, _BY["draft"], record.model_copy(update={"status": status, "note": note})


def _threat_steps(seed: int) -> Iterator[_Step]:
    """Each coming quarter's assessments in its first days; shared a week later, but the newest."""
    for number, entry in enumerate(_SAID["threats"]):
        said = {name: entry[name] for name in ("area", "actor_type", "threat_type", "priorities")}
        for place, quarter in enumerate(_QUARTERS):
            draw = stream(seed, "threat", number * len(_QUARTERS) + place)
            coming = period_of(period_named(quarter).end + timedelta(days=1), "Q")
            at = _at(coming.start, 9) + _minutes(draw, 600, 5400)
            scores = map(str, (*entry["scores"][place], *entry["criteria"]))
            content = said | dict(zip(_SCORED, scores, strict=True))
            content |= {"quarter": coming.name, "trend": entry["trends"][place]}
            record = ThreatAssessment(narrative=entry["narrative"], **content)
            yield at, _BY["draft"], record
            if quarter != _QUARTERS[-1]:
                later = at + timedelta(days=7)
                told = (later - timedelta(days=2)).date()
                days = {"shared_with_leadership_on": told, "shared_with_hq_on": later.date()}
                yield later, _BY["reviewed"], record.model_copy(update=days)


def _reference_steps() -> Iterator[_Step]:
    """Compacts at the beginning of the year, evaluations the day after they took place."""
    for entry in _SAID["compacts"]:
        yield _at(date(2026, 1, 15), 9), _BY["approved"], Compact(year=2026, **entry)
    for entry in _SAID["evaluations"]:
        record = UnitEvaluation(**entry)
        first = record.model_copy(update={"followed_up_on": None})
        yield _at(record.evaluated_on), _BY["draft"], first
        if record.followed_up_on is not None:
            yield _at(record.followed_up_on), _BY["draft"], record


def _decision_steps() -> Iterator[_Step]:
    """Decisions on reviews, and reasons for variance on the day of the figures they explain."""
    for *values, day, reason in _SAID["reviews"]:
        content = dict(zip(_REVIEWED, values, strict=True)) | {"reason": reason}
        yield _at(day), _BY["reviewed"], ReviewDecision.model_validate(content)
    given = _SAID["variances"]
    of = {"area": given["area"], "quantity_unit": "activity", "as_of": given["as_of"]}
    for values in given["reasons"]:
        record = VarianceReason.model_validate(of | dict(zip(_VARIED, values, strict=True)))
        yield _at(given["as_of"]), _BY["draft"], record


def _at(day: date, hour: int = 12) -> datetime:
    return datetime(day.year, day.month, day.day, hour, tzinfo=UTC)


def _minutes(draw: Stream, least: int, below: int) -> timedelta:
    return timedelta(minutes=int(draw.integers(least, below)))
