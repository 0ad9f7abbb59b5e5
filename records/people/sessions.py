"""Sessions of people who have signed in: the browser has an id, the store knows it while it lasts.

Who signs out ends it here, so that a copy of the cookie opens nothing any more.
"""

import hashlib
import secrets
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, select

from records.people.accounts import Account, account_in
from records.store import Store, log
from records.tables import SESSION

LASTS = timedelta(hours=8)


def begin(store: Store, name: str, now: datetime) -> str:
    """A new session's id, shown to its browser alone; those that have ended are removed."""
    session_id = secrets.token_urlsafe(32)
    row = {"id_sha256": _hash(session_id), "account": name, "ends_at": (now + LASTS).isoformat()}
    with store.writing() as connection:
        connection.execute(SESSION.delete().where(SESSION.c.ends_at <= now.isoformat()))
        connection.execute(SESSION.insert().values(row))
    return session_id


def account_of(store: Store, session_id: str, now: datetime) -> Account | None:
    """Whose session this is; None where it has ended, or the account may not be used any more."""
    if not store.exists():
        return None
    with store.reading() as connection:
        found = connection.execute(select(SESSION).where(_is(session_id))).first()
        if found is None or found.ends_at <= now.isoformat():
            return None
        account = account_in(connection, found.account)
    return account if account and account.is_open(now) else None


def end(store: Store, session_id: str, now: datetime) -> None:
    """Ends a session; nothing happens where it had ended."""
    if not store.exists():
        return
    with store.writing() as connection:
        name = connection.scalar(select(SESSION.c.account).where(_is(session_id)))
        if name is not None:
            connection.execute(SESSION.delete().where(_is(session_id)))
            log(connection, name, "signed_out", name, {}, now)


def _is(session_id: str) -> ColumnElement[bool]:
    return SESSION.c.id_sha256 == _hash(session_id)


def _hash(session_id: str) -> str:
    return hashlib.sha256(session_id.encode()).hexdigest()
