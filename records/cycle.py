"""The steps of the cycle: draft, review or sending back, approval, recommendation, follow-up.

Where people have accounts nobody reviews or approves what they wrote themselves.
"""

from collections.abc import Collection, Iterable
from datetime import datetime
from typing import Any

from records.kinds import Assessment, Recommendation, Record
from records.rights import Actor
from records.store import Conflict, Store, Version


class NotAllowed(Exception):
    """The step is not this person's, or not the next one; `reason` is a message key."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


def save_draft(
    store: Store,
    actor: Actor,
    mission: str,
    assessment: Assessment,
    based_on: int,
    now: datetime,
    area_and_above: Collection[str],
) -> Version[Assessment]:
    """A new version as a draft, also of what was approved: the approved version stays.

    Raises NotAllowed, and Conflict where somebody else has written since.
    """
    _require(actor, "assess", area_and_above)
    draft = assessment.model_copy(update={"state": "draft", "sent_back": ""})
    return store.write(actor, mission, draft, based_on, now)


def advance(
    store: Store,
    actor: Actor,
    mission: str,
    key: str,
    based_on: int,
    now: datetime,
    area_and_above: Collection[str],
) -> Version[Assessment]:
    """Review a draft, approve what was reviewed: the text as it stands in version `based_on`."""
    versions = _as_seen(store, mission, key, based_on)
    action, state = next_step(versions[-1].record)
    _require(actor, action, area_and_above)
    if is_own_text(actor, versions):
        raise NotAllowed("own_text")
    moved = versions[-1].record.model_copy(update={"state": state})
    return store.write(actor, mission, moved, based_on, now)


def send_back(
    store: Store,
    actor: Actor,
    mission: str,
    key: str,
    based_on: int,
    reason: str,
    now: datetime,
    area_and_above: Collection[str],
) -> Version[Assessment]:
    """Back to who wrote it, with a reason, by who could take the next step; the text stays.

    Raises NotAllowed, Conflict, and pydantic's ValidationError where no reason is given.
    """
    versions = _as_seen(store, mission, key, based_on)
    action, _ = next_step(versions[-1].record)
    _require(actor, action, area_and_above)
    if is_own_text(actor, versions):
        raise NotAllowed("own_text")
    content = versions[-1].record.model_dump() | {"state": "sent_back", "sent_back": reason}
    return store.write(actor, mission, Assessment.model_validate(content), based_on, now)


def _as_seen(store: Store, mission: str, key: str, based_on: int) -> list[Version[Assessment]]:
    """All versions, the newest the one that was read. Raises Conflict where it is another."""
    versions = store.versions(mission, Assessment, key)
    latest = versions[-1] if versions else None
    if latest is None or latest.number != based_on:
        raise Conflict(latest)
    return versions


def next_step(assessment: Assessment) -> tuple[str, str]:
    """The action that comes next and the state after it. Raises NotAllowed where none does."""
    steps = {"draft": ("review", "reviewed"), "reviewed": ("approve_assessment", "approved")}
    if assessment.state not in steps:
        raise NotAllowed("approved_already" if assessment.state == "approved" else "sent_back")
    return steps[assessment.state]


def is_own_text(actor: Actor, versions: list[Version[Assessment]]) -> bool:
    """Whether they wrote or reviewed it, so that the next step is another person's."""
    return not actor.is_local and actor.name in hands(versions)


def hands(versions: list[Version[Assessment]]) -> set[str]:
    """Who wrote the text since it was last approved, and who reviewed it as it stands.

    Who sent it back has neither written nor reviewed it: three people are enough.
    """
    found: set[str] = set()
    for version in reversed(versions):
        state = version.record.state
        if state == "approved":
            break
        if state == "draft" or (version is versions[-1] and state == "reviewed"):
            found.add(version.written_by)
    return found


def people_who_may(
    people: Iterable[Actor],
    action: str,
    versions: list[Version[Assessment]],
    area_and_above: Collection[str],
) -> list[str]:
    """Names of those of `people` who may take a step of the text as it stands."""
    done = hands(versions)
    return sorted(
        one.name for one in people if one.may(action, area_and_above) and one.name not in done
    )


def recommend(
    store: Store,
    actor: Actor,
    mission: str,
    content: dict[str, Any],
    now: datetime,
    area_and_above: Collection[str],
) -> Version[Recommendation]:
    """A new recommendation under the next number; `content`: its fields without the number.

    Raises NotAllowed, and pydantic's ValidationError for a content that is not complete.
    """
    _require(actor, "recommend", area_and_above)
    Recommendation(**content, number=1)
    while True:
        number = len(store.all(mission, Recommendation)) + 1
        try:
            return store.write(actor, mission, Recommendation(**content, number=number), 0, now)
        except Conflict:  # another one took the number
            continue


def follow_up(
    store: Store,
    actor: Actor,
    mission: str,
    recommendation: Recommendation,
    based_on: int,
    now: datetime,
    area_and_above: Collection[str],
) -> Version[Recommendation]:
    """Another status, day or note of a recommendation."""
    _require(actor, "follow_up", area_and_above)
    return store.write(actor, mission, recommendation, based_on, now)


def write_entry(
    store: Store,
    actor: Actor,
    mission: str,
    record: Record,
    based_on: int,
    now: datetime,
    area_and_above: Collection[str],
) -> Version[Record]:
    """A version of what has no steps: threat assessments, compacts, decisions on reviews.

    Raises NotAllowed, and Conflict where somebody else has written since.
    """
    _require(actor, record.right, area_and_above)
    return store.write(actor, mission, record, based_on, now)


def _require(actor: Actor, action: str, area_and_above: Collection[str]) -> None:
    if reason := actor.refusal(action, area_and_above):
        raise NotAllowed(reason)
