"""Publishing by a second person: who computed the figures, and who approved their publication.

Both stand in the audit log. An approval holds for what was computed before it, nothing later.
"""

import json
from datetime import datetime
from typing import Any

from sqlalchemy import select

from records.cycle import NotAllowed
from records.rights import Actor
from records.store import Store, log
from records.tables import AUDIT_ENTRY

COMPUTED, APPROVED = "computed", "publication_approved"


def note_computed(
    store: Store, user: str, account: str | None, mission: str, now: datetime
) -> None:
    """Notes who computed the figures that a release may be made of: by an account, else (None) the
    user of the operating system, who is nobody that could be compared."""
    with store.writing() as connection:
        who = account or f"{user} (poclens)"
        log(connection, who, COMPUTED, mission, {"account": account}, now)


def approve(
    store: Store, approver: Actor, mission: str, period: str, published_by: str, now: datetime
) -> None:
    """Notes that a person approves the publication, by an account, of what was computed last.

    Raises NotAllowed for who may not approve, for who computed or publishes it themselves, and
    where nobody noted who computed it (`not_computed`: refresh first).
    """
    if approver.is_local or not approver.may("approve_release"):
        raise NotAllowed("no_right.approve_release")
    computed = _last(store, COMPUTED, mission)
    if computed is None:
        raise NotAllowed("not_computed")
    if approver.name in (json.loads(computed["detail"]).get("account"), published_by):
        raise NotAllowed("second_person")
    detail = {"computed_by": computed["who"], "published_by": published_by}
    with store.writing() as connection:
        subject = f"{mission}/{period}"
        log(connection, approver.name, APPROVED, subject, detail, now)


def approval(store: Store, mission: str, period: str) -> dict[str, str] | None:
    """`approved_by`, `computed_by`, `published_by` of an approval that still holds; else None."""
    computed = _last(store, COMPUTED, mission)
    approved = _last(store, APPROVED, f"{mission}/{period}")
    if computed is None or approved is None or approved["number"] < computed["number"]:
        return None
    return {"approved_by": approved["who"], **json.loads(approved["detail"])}


def _last(store: Store, action: str, subject: str) -> dict[str, Any] | None:
    if not store.exists():
        return None
    columns = AUDIT_ENTRY.c
    asked = select(AUDIT_ENTRY).where(columns.action == action, columns.subject == subject)
    with store.reading() as connection:
        row = connection.execute(asked.order_by(columns.number.desc()).limit(1)).first()
    return dict(row._mapping) if row else None
