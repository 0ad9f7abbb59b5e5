"""A year of the cycle, written into the records store as people would.

What they say stands in `cycle.yaml`; the seed draws the day and hour of each step.
"""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

from indicators.foundation.periods import period_named, period_of
from pipelines.sample.country import COUNTRY, MISSION
from pipelines.sample.draws import stream
from pipelines.sample.facts import facts
from records.accountability import Compact, UnitEvaluation
from records.decisions import ReviewDecision, VarianceReason
from records.kinds import KINDS, STATES, Assessment, Recommendation, Record
from records.rights import Actor
from records.store import Store
from records.threats import CRITERIA, ThreatAssessment

_LAST_STEP = datetime(2026, 10, 15, 20, tzinfo=UTC)
_SAID_OF_THREATS = ("area", "actor_type", "threat_type", "priorities", "narrative")
_SCORED = ("likelihood", "impact", "vulnerability", *CRITERIA)
_Step = tuple[datetime, str, Record]


def write_cycle(home: Path, seed: int = 2026) -> None:
    """The sample's records, unless the store has some of this mission already."""
    store = Store.of_workspace(home)
    if any(store.all(MISSION, kind) for kind in KINDS.values()):
        return
    said = facts("cycle")
    steps = _assessment_steps(said, seed)
    ends = {record.key: at for at, _, record in steps}
    steps += _recommendation_steps(said, seed, ends)
    steps += [*_threat_steps(said, seed), *_reference_steps(said), *_decision_steps(said)]
    written: dict[str, int] = {}
    with store.writing() as connection:
        for at, who, record in sorted(steps, key=lambda step: (step[0], step[2].key)):
            based_on = written.get(record.key, 0)
            actor = Actor(who, frozenset())
            store.write_in(connection, actor, MISSION, record, based_on, at)
            written[record.key] = based_on + 1


def _assessment_steps(said: dict[str, Any], seed: int) -> list[_Step]:
    """Draft, review and approval in the two weeks after each quarter, as far as each went."""
    steps: list[_Step] = []
    for number, entry in enumerate(said["assessments"]):
        for place, quarter in enumerate(said["quarters"]):
            draws = stream(seed, "assessment", number * len(said["quarters"]) + place)
            at = _morning_after(quarter)
            for state in STATES[: STATES.index(entry["reached"][place]) + 1]:
                at = min(at + timedelta(minutes=int(draws.integers(600, 5400))), _LAST_STEP)
                record = Assessment(
                    indicator=entry["indicator"],
                    area=COUNTRY,
                    period=quarter,
                    rating=entry["ratings"][place],
                    reason=entry.get("reasons", {}).get(place, ""),
                    narrative=entry["narratives"][place],
                    participants=tuple(entry["participants"]),
                )
                stated = record.model_copy(update={"state": state})
                steps.append((at, said["by"][state], stated))
    return steps


def _recommendation_steps(
    said: dict[str, Any], seed: int, ends: dict[str, datetime]
) -> list[_Step]:
    """Each recommendation an hour or more after its assessment, and what became of it."""
    steps: list[_Step] = []
    for number, entry in enumerate(said["recommendations"], start=1):
        draws = stream(seed, "recommendation", number)
        source = f"{entry['of']}/{COUNTRY}/{entry['quarter']}"
        at = min(ends[source] + timedelta(minutes=int(draws.integers(60, 600))), _LAST_STEP)
        record = Recommendation(
            number=number,
            source_kind="assessment",
            source=source,
            area=COUNTRY,
            text=entry["text"],
            owner=entry["owner"],
            due_on=entry["due_on"],
        )
        steps.append((at, said["by"]["reviewed"], record))
        for status, days, note in entry["then"]:
            changed = record.model_copy(update={"status": status, "note": note})
            hours = int(draws.integers(1, 9))
            later = at + timedelta(days=days, hours=hours)
            steps.append((later, said["by"]["draft"], changed))
    return steps


def _threat_steps(said: dict[str, Any], seed: int) -> Iterator[_Step]:
    """Each quarter's assessments in its first days; shared a week later, but for the newest."""
    for number, entry in enumerate(said["threats"]):
        for place, quarter in enumerate(_coming(said["quarters"])):
            draws = stream(seed, "threat", number * len(said["quarters"]) + place)
            start = period_named(quarter).start
            at = datetime(start.year, start.month, start.day, 9, tzinfo=UTC)
            at += timedelta(minutes=int(draws.integers(600, 5400)))
            scores = (*entry["scores"][place], *entry["criteria"])
            content = {name: entry[name] for name in _SAID_OF_THREATS}
            content |= {"quarter": quarter, "trend": entry["trends"][place]}
            content |= dict(zip(_SCORED, map(str, scores), strict=True))
            record = ThreatAssessment.model_validate(content)
            yield at, said["by"]["draft"], record
            if place < len(said["quarters"]) - 1:
                later = at + timedelta(days=7)
                shared = {
                    "shared_with_leadership_on": (later - timedelta(days=2)).date(),
                    "shared_with_hq_on": later.date(),
                }
                yield later, said["by"]["reviewed"], record.model_copy(update=shared)


def _coming(quarters: list[str]) -> list[str]:
    """For each quarter the one after it: threat assessments look forward."""
    return [period_of(period_named(name).end + timedelta(days=1), "Q").name for name in quarters]


def _reference_steps(said: dict[str, Any]) -> Iterator[_Step]:
    """Compacts at the beginning of the year, evaluations the day after they took place."""
    for entry in said["compacts"]:
        yield (
            datetime(2026, 1, 15, 9, tzinfo=UTC),
            said["by"]["approved"],
            Compact(year=2026, **entry),
        )
    for entry in said["evaluations"]:
        record = UnitEvaluation(**entry)
        done = record.followed_up_on
        first = record.model_copy(update={"followed_up_on": None})
        yield _noon(record.evaluated_on), said["by"]["draft"], first
        if done is not None:
            yield _noon(done), said["by"]["draft"], record


def _decision_steps(said: dict[str, Any]) -> Iterator[_Step]:
    """Decisions on reviews, and reasons for variance on the day of the figures they explain."""
    names = ("incident", "area", "rule", "reviewed", "should_have_known", "role")
    for *values, day, reason in said["reviews"]:
        content = {**dict(zip(names, values, strict=True)), "reason": reason}
        yield _noon(day), said["by"]["reviewed"], ReviewDecision.model_validate(content)
    given = said["variances"]
    names = ("budget_year", "outcome", "activity_type", "due", "done", "reason")
    for values in given["reasons"]:
        content = {"area": given["area"], "quantity_unit": "activity", "as_of": given["as_of"]}
        content |= dict(zip(names, values, strict=True))
        yield _noon(given["as_of"]), said["by"]["draft"], VarianceReason.model_validate(content)


def _noon(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, 12, tzinfo=UTC)


def _morning_after(quarter: str) -> datetime:
    """The second day after a quarter, in the morning."""
    end = period_named(quarter).end
    return datetime(end.year, end.month, end.day, 8, tzinfo=UTC) + timedelta(days=2)
