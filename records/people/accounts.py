"""Accounts of people: passwords (argon2), second factors, expiry, one switch for all.

Where nobody must sign in all that is written is signed `local`.
"""

from dataclasses import dataclass, replace
from datetime import date, datetime
from functools import cache
from typing import Any

from argon2 import PasswordHasher
from argon2.exceptions import VerifyMismatchError
from sqlalchemy import Connection, select

from records.people import attempts, second_factor
from records.people.signing_in_asked import Asked, asked, decide
from records.rights import ROLE_ACTIONS, Actor, actor_of, may_open
from records.store import Store, log
from records.tables import ACCOUNT, SESSION

SHORTEST_PASSWORD = 12
ALL = "all"  # missions, where one is named
TWO_FACTOR_ROLES = ("approver", "administrator")  # of whom a second factor can be asked
_HASHER = PasswordHasher()
_SECRETS = ("password_hash", "totp_secret")


@dataclass(frozen=True)
class Account:
    """One person's account. `audience`: whose copy it opens; `mission`: None is all missions."""

    name: str
    role: str
    area: str | None
    password_hash: str
    valid_until: str | None
    is_locked: bool = False
    audience: str = "mission"
    mission: str | None = None
    totp_secret: str | None = None
    totp_step: int | None = None

    @property
    def actor(self) -> Actor:
        """Who acts by this account."""
        return actor_of(self.name, self.role, self.area)

    def is_open(self, now: datetime) -> bool:
        """Whether it may be used at all: neither locked nor expired."""
        day = now.date().isoformat()
        return not self.is_locked and (self.valid_until is None or day <= self.valid_until)

    def opens(self, audience: str) -> bool:
        """Whether it opens the copy of an audience."""
        return may_open(self.audience, audience)


class AccountProblem(Exception):
    """An account cannot be made or changed as asked; `reason` is a message key."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class SecondFactorMissing(Exception):
    """Name and password are right, but a second factor is asked of this role and there is none."""

    def __init__(self, account: Account) -> None:
        super().__init__(account.name)
        self.account = account


def are_required(store: Store) -> bool:
    """Whether people must sign in."""
    return asked(store).accounts


def require(
    store: Store, is_on: bool, who: str, now: datetime, second_factor: bool | None = None
) -> None:
    """Turn signing in on or off, and a second factor of approvers and administrators (None: as
    before). Raises AccountProblem where no administrator could sign in."""
    before = asked(store).second_factor
    decided = Asked(is_on, before if second_factor is None else second_factor)
    with store.writing() as connection:
        people = _accounts(connection)
        if is_on and not any(a.role == "administrator" and a.is_open(now) for a in people):
            raise AccountProblem("no_administrator")
        said = {"second_factor": decided.second_factor}
        log(connection, who, f"accounts_{'on' if is_on else 'off'}", "accounts", said, now)
        decide(store, decided)


def anybody_can_sign_in(store: Store, now: datetime) -> bool:
    """Whether accounts are asked for and there is one that may be used."""
    people = accounts(store)
    return are_required(store) and any(one.is_open(now) for one in people)


def accounts(store: Store) -> list[Account]:
    """All accounts by name."""
    if not store.exists():
        return []
    with store.reading() as connection:
        return _accounts(connection)


def account_named(store: Store, name: str) -> Account | None:
    """One account; None where there is none of this name."""
    return next((found for found in accounts(store) if found.name == name), None)


def account_in(connection: Connection, name: str) -> Account | None:
    """The same within a connection."""
    row = connection.execute(select(ACCOUNT).where(ACCOUNT.c.name == name)).first()
    return Account(**row._mapping) if row else None


def add(
    store: Store,
    name: str,
    role: str,
    password: str,
    who: str,
    now: datetime,
    area: str | None = None,
    valid_until: date | None = None,
    audience: str = "mission",
    mission: str | None = None,
) -> Account:
    """A new account. Raises AccountProblem for a name that is taken or what cannot be."""
    _check(role, password)
    check_name(name)
    until = valid_until.isoformat() if valid_until else None
    hashed = _HASHER.hash(password)
    only = None if mission == ALL else mission
    made = Account(name, role, area, hashed, until, audience=audience, mission=only)
    with store.writing() as connection:
        if account_in(connection, name):
            raise AccountProblem("name_taken")
        connection.execute(ACCOUNT.insert().values(vars(made)))
        said = {"role": role, "area": area, "valid_until": until}
        log(connection, who, "account_added", name, said | _opens(made), now)
    return made


def set_role(
    store: Store,
    name: str,
    role: str,
    area: str | None,
    who: str,
    now: datetime,
    audience: str | None = None,
    mission: str | None = None,
) -> None:
    """Another role and area; another audience and mission (`all`) where one is named. Sessions of
    the account end."""
    _check(role)
    values: dict[str, Any] = {"role": role, "area": area}
    values |= {"audience": audience} if audience else {}
    values |= {"mission": None if mission == ALL else mission} if mission else {}
    _change(store, name, "account_role", who, now, values)


def set_locked(store: Store, name: str, is_locked: bool, who: str, now: datetime) -> None:
    """Lock or unlock; sessions of the account end, wrong passwords are forgotten."""
    action = "account_locked" if is_locked else "account_unlocked"
    _change(store, name, action, who, now, {"is_locked": is_locked})


def set_password(store: Store, name: str, password: str, who: str, now: datetime) -> None:
    """Another password; sessions of the account end."""
    _check(None, password)
    _change(store, name, "account_password", who, now, {"password_hash": _HASHER.hash(password)})


def set_second_factor(
    store: Store, name: str, secret: str | None, step: int | None, who: str, now: datetime
) -> None:
    """A second factor, or none (None); sessions of the account end."""
    action = "second_factor_set" if secret else "second_factor_removed"
    _change(store, name, action, who, now, {"totp_secret": secret, "totp_step": step})


def enrol(store: Store, name: str, secret: str, code: str, now: datetime) -> Account | None:
    """The account with its first second factor, where the code shows that the device has the key.

    None where it is wrong, or the account has a second factor already.
    """
    found, step = account_named(store, name), second_factor.step_of(secret, code, now)
    if found is None or found.totp_secret or step is None or not found.is_open(now):
        return None
    set_second_factor(store, name, secret, step, name, now)
    return account_named(store, name)


def change_own_password(
    store: Store, name: str, password: str, new: str, now: datetime, address: str = ""
) -> bool:
    """A person's other password, where the one of before is right. Raises AccountProblem.

    All sessions of the account end.
    """
    _check(None, new)
    found = account_named(store, name)
    if found is None or wait(store, name, now, address):
        return False
    if not _verifies(found.password_hash, password):
        with store.writing() as connection:
            attempts.note_wrong(connection, name, address, now)
            log(connection, name, "sign_in_refused", name, {"by": "change_of_password"}, now)
        return False
    set_password(store, name, new, name, now)
    return True


def wait(store: Store, name: str, now: datetime, address: str = "") -> int:
    """Seconds until a password of this name from this address is looked at again."""
    if not store.exists():
        return 0
    with store.reading() as connection:
        return attempts.wait(connection, name, address, now)


def sign_in(
    store: Store, name: str, password: str, now: datetime, address: str = "", code: str = ""
) -> Account | None:
    """The account where name, password and code are right and it may be used; None otherwise.

    What is refused is not told apart, and takes as long for a name that does not exist. `address`:
    where it comes from. Raises SecondFactorMissing.
    """
    if wait(store, name, now, address):
        return None
    tried = account_named(store, name)
    is_right = _verifies(tried.password_hash if tried else _nobody(), password)
    if not store.exists():  # it is not made by somebody who knocks
        return None
    with store.writing() as connection:
        found = account_in(connection, name)
        is_right = is_right and found is not None and tried is not None
        is_right = is_right and found.password_hash == tried.password_hash  # type: ignore[union-attr]
        if is_right and found is not None and found.is_open(now):
            if found.totp_secret is None and _needs_second_factor(store, found):
                raise SecondFactorMissing(found)
            step = _step(found, code, now)
            if found.totp_secret is None or step is not None:
                return _signed_in(connection, replace(found, totp_step=step), address, now)
        attempts.note_wrong(connection, name, address, now)
        if found is not None:  # of a name that is none nothing is kept: it may be a password
            log(connection, name, "sign_in_refused", name, {}, now)
    return None


def _needs_second_factor(store: Store, account: Account) -> bool:
    return account.role in TWO_FACTOR_ROLES and asked(store).second_factor


def _step(account: Account, code: str, now: datetime) -> int | None:
    if account.totp_secret is None:
        return None
    return second_factor.step_of(account.totp_secret, code, now, account.totp_step)


def _signed_in(connection: Connection, account: Account, address: str, now: datetime) -> Account:
    _put(connection, account)
    attempts.forget(connection, account.name, address)
    log(connection, account.name, "signed_in", account.name, {}, now)
    return account


def sign_in_as(store: Store, name: str | None, now: datetime) -> Account | None:
    """The account of somebody whom a provider of identities vouches for; None where none is open.

    Wrong passwords typed here do not slow it down, and a second factor is the provider's to ask.
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
    if not store.exists():
        return
    with store.writing() as connection:
        log(connection, "unknown", "sign_in_refused", "unknown", {"by": "single_sign_on"}, now)


def check_name(name: str) -> None:
    """Raises AccountProblem for what cannot be a name."""
    if not name.isprintable() or not name.strip() or len(name) > 80 or name == "local":
        raise AccountProblem("bad_name")


def _check(role: str | None, password: str | None = None) -> None:
    if role is not None and role not in ROLE_ACTIONS:
        raise AccountProblem("no_role")
    if password is not None and len(password) < SHORTEST_PASSWORD:
        raise AccountProblem("short_password")


def _change(
    store: Store, name: str, action: str, who: str, now: datetime, values: dict[str, Any]
) -> None:
    with store.writing() as connection:
        found = account_in(connection, name)
        if found is None:
            raise AccountProblem("no_account")
        _put(connection, replace(found, **values))
        connection.execute(SESSION.delete().where(SESSION.c.account == name))
        attempts.forget(connection, name)
        shown = {key: value for key, value in values.items() if key not in _SECRETS}
        log(connection, who, action, name, shown, now)


def _opens(account: Account) -> dict[str, str | None]:
    return {"audience": account.audience, "mission": account.mission}


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
