"""Tokens of programs: shown once, kept as a hash, for named purposes, until a day, revocable.

A token is 32 random bytes, so that a plain SHA-256 of it gives nothing away (a password, which
people choose, needs a slow hash).
"""

import hashlib
import hmac
import secrets
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import select

from records.rights import may_open
from records.store import Store, log
from records.tables import API_TOKEN

SCOPES = ("releases", "data", "metrics")
LONGEST = timedelta(days=366)
_MARK = "poclens"


@dataclass(frozen=True)
class Token:
    """A token without its secret. `audience`: whose copy it opens; `mission`: None is all missions;
    `valid_until`: its last day."""

    token_id: str
    name: str
    scopes: tuple[str, ...]
    audience: str
    mission: str | None
    valid_until: date
    revoked_at: str | None

    def state(self, now: datetime) -> str:
        """`open`, `revoked` or `expired`."""
        if self.revoked_at:
            return "revoked"
        return "open" if now.date() <= self.valid_until else "expired"

    def opens(self, audience: str) -> bool:
        """Whether it opens the copy of an audience."""
        return may_open(self.audience, audience)


class TokenProblem(Exception):
    """A token cannot be made or found as asked; `reason` is a message key."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


def add(
    store: Store,
    name: str,
    scopes: Collection[str],
    valid_until: date,
    who: str,
    now: datetime,
    mission: str | None = None,
    audience: str = "hq",
) -> str:
    """A new token: its only showing. Raises TokenProblem for what cannot be."""
    if not name.strip() or not name.isprintable() or len(name) > 80:
        raise TokenProblem("bad_name")
    if not scopes or not set(scopes) <= set(SCOPES):
        raise TokenProblem("no_scope")
    if not now.date() <= valid_until <= (now + LONGEST).date():
        raise TokenProblem("too_long")
    token_id, secret = secrets.token_hex(4), secrets.token_urlsafe(32)
    row = {
        "token_id": token_id,
        "name": name,
        "scopes": " ".join(scope for scope in SCOPES if scope in scopes),
        "mission": mission,
        "audience": audience,
        "secret_sha256": _hash(secret),
        "made_at": now.isoformat(),
        "valid_until": valid_until.isoformat(),
        "revoked_at": None,
    }
    said = {key: row[key] for key in ("name", "scopes", "audience", "mission", "valid_until")}
    with store.writing() as connection:
        connection.execute(API_TOKEN.insert().values(row))
        log(connection, who, "token_added", token_id, said, now)
    return f"{_MARK}_{token_id}_{secret}"


def revoke(store: Store, token_id: str, who: str, now: datetime) -> None:
    """Ends a token at once. Raises TokenProblem where there is none of this id."""
    if not store.exists():
        raise TokenProblem("no_token")
    with store.writing() as connection:
        own = API_TOKEN.c.token_id == token_id
        if connection.execute(select(API_TOKEN).where(own)).first() is None:
            raise TokenProblem("no_token")
        connection.execute(API_TOKEN.update().where(own).values(revoked_at=now.isoformat()))
        log(connection, who, "token_revoked", token_id, {}, now)


def tokens(store: Store) -> list[Token]:
    """All tokens, the oldest first."""
    if not store.exists():
        return []
    with store.reading() as connection:
        rows = connection.execute(select(API_TOKEN).order_by(API_TOKEN.c.made_at))
        return [_token(row) for row in rows]


def token_of(store: Store, text: str, now: datetime) -> Token | None:
    """The token that this text is, where it may be used; None otherwise."""
    mark, _, rest = text.partition("_")
    token_id, _, secret = rest.partition("_")
    if mark != _MARK or not secret or not store.exists():
        return None
    with store.reading() as connection:
        asked = select(API_TOKEN).where(API_TOKEN.c.token_id == token_id)
        row = connection.execute(asked).first()
    if row is None or not hmac.compare_digest(row.secret_sha256, _hash(secret)):
        return None
    found = _token(row)
    return found if found.state(now) == "open" else None


def _hash(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()


def _token(row: object) -> Token:
    facts = row._mapping  # type: ignore[attr-defined]
    return Token(
        facts["token_id"],
        facts["name"],
        tuple(facts["scopes"].split()),
        facts["audience"],
        facts["mission"],
        date.fromisoformat(facts["valid_until"]),
        facts["revoked_at"],
    )
