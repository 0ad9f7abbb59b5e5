"""Accounts of people: passwords (argon2), lockout, expiry, sessions that end, one switch for all.

Without the switch nobody signs in and all that is written is signed `local`.
"""

from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from functools import cache
from typing import Any

from argon2 import PasswordHasher
from argon2.exceptions import VerifyMismatchError
from sqlalchemy import Connection, select

from records.rights import ROLE_ACTIONS, Actor, actor_of
from records.store import Store, log
from records.tables import ACCOUNT, SETTING

MOST_ATTEMPTS = 5
REFUSED_FOR = timedelta(minutes=15)
SHORTEST_PASSWORD = 12
_HASHER = PasswordHasher()
_SWITCH = "accounts"


@dataclass(frozen=True)
class Account:
    """One person's account."""

    name: str
    role: str
    area: str | None
    password_hash: str
    valid_until: str | None
    is_locked: bool = False
    failed_attempts: int = 0
    refused_until: str | None = None
    session_number: int = 1

    @property
    def actor(self) -> Actor:
        """Who acts by this account."""
        return actor_of(self.name, self.role, self.area)

    def is_open(self, now: datetime) -> bool:
        """Whether it may be used at all: neither locked nor expired."""
        day = now.date().isoformat()
        return not self.is_locked and (self.valid_until is None or day <= self.valid_until)


class AccountProblem(Exception):
    """An account cannot be made or changed as asked; `reason` is a message key."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


def are_required(store: Store) -> bool:
    """Whether people must sign in."""
    if not store.exists():
        return False
    with store.reading() as connection:
        asked = select(SETTING.c.value).where(SETTING.c.name == _SWITCH)
        return connection.scalar(asked) == "on"


def require(store: Store, is_on: bool, who: str, now: datetime) -> None:
    """Turn signing in on or off. Raises AccountProblem where no administrator could sign in."""
    with store.writing() as connection:
        people = _accounts(connection)
        if is_on and not any(a.role == "administrator" and a.is_open(now) for a in people):
            raise AccountProblem("no_administrator")
        value = "on" if is_on else "off"
        connection.execute(SETTING.delete().where(SETTING.c.name == _SWITCH))
        connection.execute(SETTING.insert().values(name=_SWITCH, value=value))
        log(connection, who, f"accounts_{value}", "accounts", {}, now)


def accounts(store: Store) -> list[Account]:
    """All accounts by name."""
    if not store.exists():
        return []
    with store.reading() as connection:
        return _accounts(connection)


def account_named(store: Store, name: str) -> Account | None:
    """One account; None where there is none of this name."""
    return next((found for found in accounts(store) if found.name == name), None)


def add(
    store: Store,
    name: str,
    role: str,
    password: str,
    who: str,
    now: datetime,
    area: str | None = None,
    valid_until: date | None = None,
) -> Account:
    """A new account. Raises AccountProblem for a name that is taken or what cannot be."""
    _check(role, password)
    if not name.isprintable() or not name.strip() or len(name) > 80 or name == "local":
        raise AccountProblem("bad_name")
    until = valid_until.isoformat() if valid_until else None
    made = Account(name, role, area, _HASHER.hash(password), until)
    with store.writing() as connection:
        if any(found.name == name for found in _accounts(connection)):
            raise AccountProblem("name_taken")
        connection.execute(ACCOUNT.insert().values(vars(made)))
        said = {"role": role, "area": area, "valid_until": until}
        log(connection, who, "account_added", name, said, now)
    return made


def set_role(store: Store, name: str, role: str, area: str | None, who: str, now: datetime) -> None:
    """Another role and area; sessions of the account end."""
    _check(role)
    _change(store, name, "account_role", who, now, {"role": role, "area": area})


def set_locked(store: Store, name: str, is_locked: bool, who: str, now: datetime) -> None:
    """Lock or unlock; sessions of the account end, failed attempts are forgotten."""
    action = "account_locked" if is_locked else "account_unlocked"
    values = {"is_locked": is_locked, "failed_attempts": 0, "refused_until": None}
    _change(store, name, action, who, now, values)


def set_password(store: Store, name: str, password: str, who: str, now: datetime) -> None:
    """Another password; sessions of the account end."""
    _check(None, password)
    _change(store, name, "account_password", who, now, {"password_hash": _HASHER.hash(password)})


def sign_in(store: Store, name: str, password: str, now: datetime) -> Account | None:
    """The account where name and password are right and it may be used; None otherwise.

    After five wrong passwords in a row it is refused for a quarter of an hour. What is refused is
    not told apart, and takes as long for a name that does not exist.
    """
    tried = account_named(store, name)
    is_right = _verifies(tried.password_hash if tried else _nobody(), password)
    if tried is None:
        return None
    with store.writing() as connection:
        found = next(one for one in _accounts(connection) if one.name == name)
        is_right = is_right and found.password_hash == tried.password_hash
        is_refused = found.refused_until is not None and now.isoformat() < found.refused_until
        if is_right and found.is_open(now) and not is_refused:
            changed = replace(found, failed_attempts=0, refused_until=None)
            _put(connection, changed)
            log(connection, name, "signed_in", name, {}, now)
            return changed
        if not is_refused:
            _put(connection, _failed(found, now))
        log(connection, name, "sign_in_refused", name, {}, now)
    return None


def sign_in_as(store: Store, name: str | None, now: datetime) -> Account | None:
    """The account of somebody whom a provider of identities vouches for; None where none is open.

    Wrong passwords typed here do not shut it: they are no sign against who signs in elsewhere.
    """
    found = account_named(store, name) if name else None
    if found is None or not found.is_open(now):
        note_refused(store, now)
        return None
    with store.writing() as connection:
        log(connection, found.name, "signed_in", found.name, {"by": "single_sign_on"}, now)
    return found


def note_refused(store: Store, now: datetime) -> None:
    """An entry of somebody whom single sign-on did not let in; of whom is not known."""
    with store.writing() as connection:
        log(connection, "unknown", "sign_in_refused", "unknown", {"by": "single_sign_on"}, now)


def _failed(account: Account, now: datetime) -> Account:
    attempts = account.failed_attempts + 1
    if attempts < MOST_ATTEMPTS:
        return replace(account, failed_attempts=attempts)
    return replace(account, failed_attempts=0, refused_until=(now + REFUSED_FOR).isoformat())


def _check(role: str | None, password: str | None = None) -> None:
    if role is not None and role not in ROLE_ACTIONS:
        raise AccountProblem("no_role")
    if password is not None and len(password) < SHORTEST_PASSWORD:
        raise AccountProblem("short_password")


def _change(
    store: Store, name: str, action: str, who: str, now: datetime, values: dict[str, Any]
) -> None:
    with store.writing() as connection:
        found = next((one for one in _accounts(connection) if one.name == name), None)
        if found is None:
            raise AccountProblem("no_account")
        _put(connection, replace(found, **values, session_number=found.session_number + 1))
        shown = {key: value for key, value in values.items() if key != "password_hash"}
        log(connection, who, action, name, shown, now)


def _put(connection: Connection, account: Account) -> None:
    changed = ACCOUNT.update().where(ACCOUNT.c.name == account.name)
    connection.execute(changed.values(vars(account)))


def _accounts(connection: Connection) -> list[Account]:
    rows = connection.execute(select(ACCOUNT).order_by(ACCOUNT.c.name))
    return [Account(**row._mapping) for row in rows]


def _verifies(password_hash: str, password: str) -> bool:
    try:
        return _HASHER.verify(password_hash, password)
    except VerifyMismatchError:
        return False


@cache
def _nobody() -> str:
    return _HASHER.hash("nobody has this password")
