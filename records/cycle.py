"""The steps of the cycle: draft, review, approval, recommendation, follow-up; each by who may.

Where people have accounts nobody reviews or approves what they wrote themselves.
"""

from collections.abc import Collection
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
    draft = assessment.model_copy(update={"state": "draft"})
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
    versions = store.versions(mission, Assessment, key)
    latest = versions[-1] if versions else None
    if latest is None or latest.number != based_on:
        raise Conflict(latest)
    action, state = next_step(latest.record)
    _require(actor, action, area_and_above)
    if is_own_text(actor, versions):
        raise NotAllowed("own_text")
    moved = latest.record.model_copy(update={"state": state})
    return store.write(actor, mission, moved, based_on, now)


def next_step(assessment: Assessment) -> tuple[str, str]:
    """The action that comes next and the state after it. Raises NotAllowed after the last."""
    steps = {"draft": ("review", "reviewed"), "reviewed": ("approve", "approved")}
    if assessment.state not in steps:
        raise NotAllowed("approved_already")
    return steps[assessment.state]


def is_own_text(actor: Actor, versions: list[Version[Assessment]]) -> bool:
    """Whether they wrote or reviewed it, so that the next step is another person's."""
    return not actor.is_local and actor.name in _hands(versions)


def _hands(versions: list[Version[Assessment]]) -> set[str]:
    """Who wrote or reviewed the text since it was last approved: the next step is another's."""
    found: set[str] = set()
    for version in reversed(versions):
        if version.record.state == "approved":
            break
        found.add(version.written_by)
    return found


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
    if action not in actor.actions:
        raise NotAllowed(f"no_right.{action}")
    if not actor.may(action, area_and_above):
        raise NotAllowed("other_area")
