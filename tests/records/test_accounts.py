"""Signing in: waits, expiry, sessions, second factors, and the switch that asks for it."""

from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pyotp
import pytest
from argon2 import PasswordHasher

from records.people import accounts, attempts, second_factor, sessions, signing_in_asked
from records.people.accounts import AccountProblem, SecondFactorMissing
from records.store import Store
from records.tables import SETTING

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


def test_wrong_passwords_slow_down_their_own_address_alone(store: Store) -> None:
    for _ in range(attempts.FREE):
        assert accounts.sign_in(store, "amina", "wrong", NOW, "192.0.2.1") is None
    seconds = accounts.wait(store, "amina", NOW, "192.0.2.1")
    assert 0 < seconds <= attempts.LONGEST_WAIT
    assert accounts.sign_in(store, "amina", PASSWORD, NOW, "192.0.2.1") is None
    assert accounts.sign_in(store, "amina", PASSWORD, NOW, "192.0.2.2") is not None
    later = NOW + timedelta(seconds=seconds)
    assert accounts.sign_in(store, "amina", PASSWORD, later, "192.0.2.1") is not None
    assert accounts.sign_in(store, "amina", "wrong", later, "192.0.2.1") is None
    assert accounts.wait(store, "amina", later, "192.0.2.1") == 0  # the right one begins anew


def test_whoever_guesses_on_keeps_nobody_waiting_longer_than_a_minute(store: Store) -> None:
    now = NOW
    for _ in range(40):
        accounts.sign_in(store, "amina", "wrong", now, "192.0.2.1")
        now += timedelta(seconds=attempts.LONGEST_WAIT)
    before = now - timedelta(seconds=attempts.LONGEST_WAIT)
    assert accounts.wait(store, "amina", before, "192.0.2.1") == attempts.LONGEST_WAIT
    assert accounts.sign_in(store, "amina", PASSWORD, now, "192.0.2.1") is not None


def test_names_that_do_not_exist_wait_as_well_and_are_kept_nowhere(
    store: Store, tmp_path: Path
) -> None:
    typed = "correct horse battery staple"  # a password where the name belongs
    for _ in range(attempts.FREE):
        accounts.sign_in(store, typed, "x", NOW, "192.0.2.1")
    assert accounts.wait(store, typed, NOW, "192.0.2.1") > 0
    assert typed.encode() not in (tmp_path / "records.db").read_bytes()


def test_an_administrator_at_the_server_ends_every_wait(store: Store) -> None:
    for _ in range(9):
        accounts.sign_in(store, "amina", "wrong", NOW, "192.0.2.1")
    accounts.set_locked(store, "amina", False, "local", NOW)
    assert accounts.sign_in(store, "amina", PASSWORD, NOW, "192.0.2.1") is not None


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
    def begun() -> str:
        found = sessions.begin(store, "amina", NOW)
        assert sessions.account_of(store, found, NOW) is not None
        return found

    open_one = begun()
    accounts.set_role(store, "amina", "approver", None, "local", NOW)
    assert sessions.account_of(store, open_one, NOW) is None
    open_one = begun()
    accounts.set_password(store, "amina", "another long password", "local", NOW)
    assert sessions.account_of(store, open_one, NOW) is None
    open_one = begun()
    accounts.set_locked(store, "amina", True, "local", NOW)
    assert sessions.account_of(store, open_one, NOW) is None
    log = store.audit_log(10)
    assert [entry["action"] for entry in reversed(log)] == [
        "account_added",
        "account_role",
        "account_password",
        "account_locked",
    ]
    assert not any("argon2" in entry["detail"] for entry in log)


def test_a_session_ends_by_signing_out_or_after_eight_hours(store: Store) -> None:
    first, second = (sessions.begin(store, "amina", NOW) for _ in range(2))
    sessions.end(store, first, NOW)
    assert sessions.account_of(store, first, NOW) is None
    found = sessions.account_of(store, second, NOW)
    assert found is not None and found.name == "amina"
    assert sessions.account_of(store, second, NOW + sessions.LASTS) is None
    assert sessions.account_of(store, "another id", NOW) is None
    assert store.audit_log(1)[0]["action"] == "signed_out"


def test_people_change_their_own_password_with_the_one_of_before(store: Store) -> None:
    new = "quite another password"
    assert not accounts.change_own_password(store, "amina", "wrong", new, NOW)
    with pytest.raises(AccountProblem, match="short_password"):
        accounts.change_own_password(store, "amina", PASSWORD, "short", NOW)
    assert accounts.change_own_password(store, "amina", PASSWORD, new, NOW)
    assert accounts.sign_in(store, "amina", PASSWORD, NOW) is None
    assert accounts.sign_in(store, "amina", new, NOW) is not None


def code(secret: str, at: datetime) -> str:
    return pyotp.TOTP(secret).at(at)


def test_a_second_factor_is_asked_of_approvers_and_administrators(store: Store) -> None:
    accounts.add(store, "boss", "administrator", PASSWORD, "local", NOW)
    accounts.require(store, True, "local", NOW, second_factor=True)
    assert accounts.sign_in(store, "amina", PASSWORD, NOW) is not None  # an assessor
    with pytest.raises(SecondFactorMissing):
        accounts.sign_in(store, "boss", PASSWORD, NOW)
    secret = second_factor.new_secret()
    assert accounts.enrol(store, "boss", secret, "000 000 0", NOW) is None
    assert accounts.enrol(store, "boss", secret, code(secret, NOW), NOW) is not None
    other = second_factor.new_secret()
    assert accounts.enrol(store, "boss", other, code(other, NOW), NOW) is None  # it has one
    later = NOW + timedelta(minutes=5)
    assert accounts.sign_in(store, "boss", PASSWORD, later) is None
    assert accounts.sign_in(store, "boss", PASSWORD, later, code=code(other, later)) is None
    assert accounts.sign_in(store, "boss", "wrong", later, code=code(secret, later)) is None
    right = code(secret, later)
    assert accounts.sign_in(store, "boss", PASSWORD, later, code=right) is not None
    assert accounts.sign_in(store, "boss", PASSWORD, later, code=right) is None  # once


def test_a_guessed_code_slows_down_like_a_guessed_password(store: Store) -> None:
    secret = second_factor.new_secret()
    accounts.set_second_factor(store, "amina", secret, None, "local", NOW)
    for _ in range(attempts.FREE):
        assert accounts.sign_in(store, "amina", PASSWORD, NOW, code="000000") is None
    assert accounts.sign_in(store, "amina", PASSWORD, NOW, code=code(secret, NOW)) is None
    assert accounts.wait(store, "amina", NOW) > 0


def test_the_password_itself_is_nowhere_in_the_store(store: Store, tmp_path: Path) -> None:
    assert PASSWORD.encode() not in (tmp_path / "records.db").read_bytes()


def test_the_switch_needs_an_administrator_who_can_sign_in(store: Store) -> None:
    with pytest.raises(AccountProblem, match="no_administrator"):
        accounts.require(store, True, "local", NOW)
    accounts.add(store, "boss", "administrator", PASSWORD, "local", NOW)
    accounts.require(store, True, "local", NOW)
    assert accounts.are_required(store)
    accounts.require(store, False, "local", NOW)
    assert not accounts.are_required(store)


def test_a_store_that_is_gone_leaves_accounts_asked_for(store: Store, tmp_path: Path) -> None:
    accounts.add(store, "boss", "administrator", PASSWORD, "local", NOW)
    accounts.require(store, True, "local", NOW)
    (tmp_path / "records.db").unlink()
    later = Store(f"sqlite:///{tmp_path / 'records.db'}")
    assert accounts.are_required(later)
    assert accounts.sign_in(later, "boss", PASSWORD, NOW) is None
    assert not (tmp_path / "records.db").exists()  # who knocks does not make it
    assert not accounts.anybody_can_sign_in(later, NOW)


@pytest.mark.parametrize("switch", ["on", None])
def test_a_store_of_an_earlier_version_stays_closed(
    store: Store, tmp_path: Path, switch: str | None
) -> None:
    """Its switch stood inside, or nobody had ever set one."""
    if switch:
        with store.writing() as connection:
            connection.execute(SETTING.insert().values(name="accounts", value=switch))
    assert not (tmp_path / signing_in_asked.FILE).exists()
    assert accounts.are_required(store)
    signing_in_asked.keep(store)
    (tmp_path / "records.db").unlink()
    assert accounts.are_required(Store(f"sqlite:///{tmp_path / 'records.db'}"))


def test_a_switch_that_an_earlier_version_turned_off_stays_off(store: Store) -> None:
    with store.writing() as connection:
        connection.execute(SETTING.insert().values(name="accounts", value="off"))
    assert not accounts.are_required(store)


def test_a_setting_that_cannot_be_read_asks_for_accounts(store: Store, tmp_path: Path) -> None:
    accounts.add(store, "boss", "administrator", PASSWORD, "local", NOW)
    accounts.require(store, False, "local", NOW)
    assert not accounts.are_required(store)
    for text in ("", "{", "[]", '{"accounts": null}'):
        (tmp_path / signing_in_asked.FILE).write_text(text, encoding="utf-8")
        assert accounts.are_required(store)


def test_the_store_and_the_setting_are_their_owners_alone(store: Store, tmp_path: Path) -> None:
    accounts.add(store, "boss", "administrator", PASSWORD, "local", NOW)
    accounts.require(store, True, "local", NOW)
    for name in ("records.db", signing_in_asked.FILE):
        assert (tmp_path / name).stat().st_mode & 0o077 == 0


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
