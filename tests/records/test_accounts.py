"""Signing in: lockout, expiry, sessions that end, and the switch that asks for it."""

from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from argon2 import PasswordHasher

from records import accounts
from records.accounts import AccountProblem
from records.store import Store

NOW = datetime(2026, 10, 20, 9, 0, tzinfo=UTC)
PASSWORD = "a long enough password"


@pytest.fixture
def store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Store:
    """A store with one assessor; hashing made cheap."""
    monkeypatch.setattr(accounts, "_HASHER", PasswordHasher(1, 8, 1))
    made = Store(f"sqlite:///{tmp_path / 'records.db'}")
    accounts.add(made, "amina", "assessor", PASSWORD, "local", NOW, "MT01", date(2026, 12, 31))
    return made


def test_the_right_password_opens_and_the_wrong_one_does_not(store: Store) -> None:
    found = accounts.sign_in(store, "amina", PASSWORD, NOW)
    assert found is not None and found.actor.actions >= {"assess", "review"}
    assert accounts.sign_in(store, "amina", PASSWORD + "!", NOW) is None
    assert accounts.sign_in(store, "nobody", PASSWORD, NOW) is None


def test_five_wrong_passwords_refuse_the_right_one_for_a_quarter_of_an_hour(store: Store) -> None:
    for _ in range(accounts.MOST_ATTEMPTS):
        assert accounts.sign_in(store, "amina", "wrong", NOW) is None
    assert accounts.sign_in(store, "amina", PASSWORD, NOW) is None
    almost = NOW + accounts.REFUSED_FOR - timedelta(seconds=1)
    assert accounts.sign_in(store, "amina", PASSWORD, almost) is None
    assert accounts.sign_in(store, "amina", PASSWORD, NOW + accounts.REFUSED_FOR) is not None


def test_an_account_ends_after_its_last_day(store: Store) -> None:
    last = datetime(2026, 12, 31, 23, 59, tzinfo=UTC)
    assert accounts.sign_in(store, "amina", PASSWORD, last) is not None
    assert accounts.sign_in(store, "amina", PASSWORD, last + timedelta(minutes=1)) is None


def test_a_locked_account_stays_shut_until_it_is_unlocked(store: Store) -> None:
    accounts.set_locked(store, "amina", True, "local", NOW)
    assert accounts.sign_in(store, "amina", PASSWORD, NOW) is None
    accounts.set_locked(store, "amina", False, "local", NOW)
    assert accounts.sign_in(store, "amina", PASSWORD, NOW) is not None


def test_each_change_of_an_account_ends_its_sessions_and_is_in_the_log(store: Store) -> None:
    def session() -> int:
        found = accounts.account_named(store, "amina")
        assert found is not None
        return found.session_number

    seen = [session()]
    accounts.set_role(store, "amina", "approver", None, "local", NOW)
    seen.append(session())
    accounts.set_password(store, "amina", "another long password", "local", NOW)
    seen.append(session())
    accounts.set_locked(store, "amina", True, "local", NOW)
    assert len({*seen, session()}) == 4
    log = store.audit_log(10)
    assert [entry["action"] for entry in reversed(log)] == [
        "account_added",
        "account_role",
        "account_password",
        "account_locked",
    ]
    assert not any("argon2" in entry["detail"] for entry in log)


def test_the_password_itself_is_nowhere_in_the_store(store: Store, tmp_path: Path) -> None:
    assert PASSWORD.encode() not in (tmp_path / "records.db").read_bytes()


def test_the_switch_needs_an_administrator_who_can_sign_in(store: Store) -> None:
    assert not accounts.are_required(store)
    with pytest.raises(AccountProblem, match="no_administrator"):
        accounts.require(store, True, "local", NOW)
    accounts.add(store, "boss", "administrator", PASSWORD, "local", NOW)
    accounts.require(store, True, "local", NOW)
    assert accounts.are_required(store)
    accounts.require(store, False, "local", NOW)
    assert not accounts.are_required(store)


@pytest.mark.parametrize(
    ("name", "role", "password", "reason"),
    [
        ("amina", "viewer", PASSWORD, "name_taken"),
        ("local", "viewer", PASSWORD, "bad_name"),
        (" ", "viewer", PASSWORD, "bad_name"),
        ("new", "king", PASSWORD, "no_role"),
        ("new", "viewer", "short", "short_password"),
    ],
)
def test_what_cannot_be_an_account(
    store: Store, name: str, role: str, password: str, reason: str
) -> None:
    with pytest.raises(AccountProblem, match=reason):
        accounts.add(store, name, role, password, "local", NOW)
    assert len(accounts.accounts(store)) == 1
