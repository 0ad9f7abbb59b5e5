"""Signing in at a real OpenID Connect provider on loopback; what does not hold is refused."""

import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import urlsplit

import pytest
import requests
from flask.testing import FlaskClient
from oidc_provider_mock import User, run_server_in_thread
from werkzeug.test import TestResponse

from dashboards.serving.app import create_app
from records.people import accounts
from records.store import Store
from tests.worlds.release import write_release

NOW = datetime(2026, 10, 1, tzinfo=UTC)
PASSWORD = "a password of an administrator"
KNOWN = "officer@mission.example"
BEGIN, BACK = "/records/single-sign-on", "/records/single-sign-on/back"
PEOPLE = (
    User(sub="1", claims={"email": KNOWN, "email_verified": True}),
    User(sub="2", claims={"email": "stranger@elsewhere.example", "email_verified": True}),
    User(sub="3", claims={"email": KNOWN, "email_verified": False}),
)


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """A workspace where people must sign in, with an officer who has no password."""
    write_release(tmp_path)
    store = Store.of_workspace(tmp_path)
    accounts.add(store, "chief", "administrator", PASSWORD, "test", NOW)
    accounts.add(store, KNOWN, "officer", "nobody knows this one", "test", NOW)
    accounts.require(store, True, "test", NOW)
    return tmp_path


@pytest.fixture(scope="module")
def issuer() -> Iterator[str]:
    with run_server_in_thread(user_claims=PEOPLE) as server:
        yield f"http://localhost:{server.server_port}"


def browser(home: Path, monkeypatch: pytest.MonkeyPatch, issuer: str) -> FlaskClient:
    secret = home / "client.secret"
    secret.write_text("a secret\n")
    monkeypatch.setenv("POCLENS_OIDC_ISSUER", issuer)
    monkeypatch.setenv("POCLENS_OIDC_CLIENT_ID", "poclens")
    monkeypatch.setenv("POCLENS_OIDC_SECRET_FILE", str(secret))
    return create_app(home).server.test_client()


def way_back(client: FlaskClient, person: str, where_to: str = "/effort") -> str:
    """The address to which the provider sends the browser of a person who has agreed."""
    begun = client.get(BEGIN, query_string={"next": where_to})
    assert begun.status_code == 302
    asked = begun.headers["Location"]
    assert "code_challenge_method=S256" in asked and "nonce=" in asked and "state=" in asked
    answer = requests.post(asked, data={"sub": person}, allow_redirects=False, timeout=10)
    parts = urlsplit(answer.headers["Location"])
    return f"{parts.path}?{parts.query}"


def told(client: FlaskClient, answer: TestResponse) -> str:
    """What the page of the account says to who is not let in."""
    assert answer.status_code == 303
    assert client.get("/records/recommend").status_code != 200
    page = client.get(answer.headers["Location"]).text
    return re.sub(r"\s+", " ", page)


def actions(home: Path) -> list[tuple[str, str]]:
    return [(one["who"], one["action"]) for one in Store.of_workspace(home).audit_log(10)]


def test_who_has_an_account_comes_to_the_page_that_was_asked_for(
    home: Path, issuer: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    client = browser(home, monkeypatch, issuer)
    assert "Sign in with the organisation" in client.get("/records/account").text
    back = way_back(client, "1")
    answer = client.get(back)
    assert (answer.status_code, answer.headers["Location"]) == (303, "/effort")
    assert client.get("/screen/effort").status_code == 200
    assert KNOWN in client.get("/records/account").text
    assert (KNOWN, "signed_in") in actions(home)
    # the answer of the provider serves once, and in this browser alone
    other = create_app(home).server.test_client()
    assert "did not succeed" in told(other, other.get(back))


@pytest.mark.parametrize("person", ["2", "3"])
def test_who_has_no_account_or_an_unverified_address_is_refused(
    home: Path, issuer: str, monkeypatch: pytest.MonkeyPatch, person: str
) -> None:
    client = browser(home, monkeypatch, issuer)
    assert "no account of that name" in told(client, client.get(way_back(client, person)))
    assert ("unknown", "sign_in_refused") in actions(home)


def test_a_locked_account_stays_locked(
    home: Path, issuer: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    client = browser(home, monkeypatch, issuer)
    accounts.set_locked(Store.of_workspace(home), KNOWN, True, "test", NOW)
    assert "may not be used now" in told(client, client.get(way_back(client, "1")))


def _another_nonce(client: FlaskClient) -> None:
    with client.session_transaction() as session:
        (key,) = [name for name in session if name.startswith("_state_provider_")]
        session[key] = session[key] | {"data": session[key]["data"] | {"nonce": "another"}}


def _another_state(client: FlaskClient) -> None:
    with client.session_transaction() as session:
        for key in [name for name in session if name.startswith("_state_provider_")]:
            del session[key]


@pytest.mark.parametrize("spoil", [_another_nonce, _another_state])
def test_an_answer_to_another_question_is_refused(
    home: Path, issuer: str, monkeypatch: pytest.MonkeyPatch, spoil
) -> None:
    client = browser(home, monkeypatch, issuer)
    back = way_back(client, "1")
    spoil(client)
    assert "did not succeed" in told(client, client.get(back))


def test_an_expired_token_is_refused(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    early = timedelta(minutes=-10)
    with run_server_in_thread(user_claims=PEOPLE, access_token_max_age=early) as server:
        client = browser(home, monkeypatch, f"http://localhost:{server.server_port}")
        assert "did not succeed" in told(client, client.get(way_back(client, "1")))


def test_another_issuer_and_a_provider_that_is_away_are_refused(
    home: Path, issuer: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    client = browser(home, monkeypatch, f"{issuer}/")  # the provider names itself without the slash
    assert "did not succeed" in told(client, client.get(way_back(client, "1")))
    away = browser(home, monkeypatch, "http://localhost:9")
    assert "did not succeed" in told(away, away.get(BEGIN))


def test_a_provider_leads_to_no_other_site(
    home: Path, issuer: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    client = browser(home, monkeypatch, issuer)
    answer = client.get(way_back(client, "1", "//elsewhere.example/"))
    assert answer.headers["Location"] == "/"


def test_without_a_provider_there_is_no_such_way(home: Path) -> None:
    client = create_app(home).server.test_client()
    assert "code_challenge" not in client.get(BEGIN).headers.get("Location", "")
    assert "organisation’s account" not in client.get("/records/account").text
