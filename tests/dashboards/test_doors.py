"""Doors that stay shut when something else fails: names, audiences, sessions, second factors."""

import re
import shutil
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pyotp
import pytest
from argon2 import PasswordHasher
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from dashboards.__main__ import main as serve
from dashboards.forms.accounts.sessions import cookie_name
from dashboards.http.security import BEHIND_PROXY, HOSTS
from dashboards.reading.access import narrow_to
from dashboards.reading.address import Address
from dashboards.reading.context import read_context
from dashboards.serving.app import create_app
from records.people import accounts, attempts, tokens
from records.store import Store, utc_now
from tests.worlds.headquarters import rows_of_a_mission, write_release

PASSWORD = "a long enough password"
ACCOUNT = "/records/account"
RELEASE = "2026-Q3-r01"
PAGE = "/api/openapi.json"  # the same for everybody who may read anything


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """Two missions, each with copies for both audiences; an administrator; accounts are asked."""
    monkeypatch.setattr(accounts, "_HASHER", PasswordHasher(1, 8, 1))
    rows = rows_of_a_mission()
    for mission in ("alpha", "bravo"):
        write_release(tmp_path, mission, rows)
        folder = tmp_path / "releases" / mission / RELEASE
        shutil.copytree(folder / "hq", folder / "mission", dirs_exist_ok=True)
    store, now = Store.of_workspace(tmp_path), utc_now()
    accounts.add(store, "boss", "administrator", PASSWORD, "test", now)
    accounts.require(store, True, "test", now)
    return tmp_path


def form(client: FlaskClient, **sent: str) -> TestResponse:
    found = re.search(r'name="token" value="([^"]+)"', client.get(ACCOUNT).text)
    assert found is not None
    return client.post(ACCOUNT, data={"token": found[1], **sent})


def sign_in(client: FlaskClient, name: str, password: str = PASSWORD, **more: str) -> TestResponse:
    return form(client, step="sign_in", name=name, password=password, **more)


def add(home: Path, name: str, role: str = "viewer", **opens: str) -> None:
    accounts.add(Store.of_workspace(home), name, role, PASSWORD, "test", utc_now(), **opens)  # type: ignore[arg-type]


def bearer(home: Path, audience: str, mission: str | None = None) -> dict[str, str]:
    store, now = Store.of_workspace(home), utc_now()
    scopes = ["releases", "data"]
    made = tokens.add(store, "x", scopes, now.date(), "test", now, mission, audience)
    return {"Authorization": f"Bearer {made}"}


def test_a_lost_store_opens_nothing(home: Path) -> None:
    before = create_app(home, "hq").server.test_client()
    (home / "records.db").unlink()
    for client in (before, create_app(home, "hq").server.test_client()):
        assert client.get("/").status_code == 302
        assert client.get("/screen/").status_code == 401
        assert client.get("/api/releases").status_code == 401
        assert sign_in(client, "boss").status_code == 403
        assert "missing" in client.get(ACCOUNT).text
        assert client.get("/ready").status_code == 503
    assert not (home / "records.db").exists()


def test_behind_a_proxy_nothing_is_open_without_accounts(
    home: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    accounts.require(Store.of_workspace(home), False, "test", utc_now())
    assert create_app(home, "hq").server.test_client().get(PAGE).status_code == 200
    monkeypatch.setenv(BEHIND_PROXY, "1")
    assert create_app(home, "hq").server.test_client().get(PAGE).status_code == 401
    arguments = ["--home", str(home), "--audience", "hq", "--port", "0"]
    assert serve(arguments) == 2
    assert "poclens users on" in capsys.readouterr().err
    accounts.require(Store.of_workspace(home), True, "test", utc_now())
    assert serve(arguments) == 2  # it would refuse every name but this machine's
    assert HOSTS in capsys.readouterr().err


def test_beyond_this_machine_a_server_without_accounts_does_not_start(
    home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (home / "records.db").unlink()  # accounts are asked for, and nobody has one
    assert serve(["--home", str(home), "--host", "0.0.0.0", "--port", "0"]) == 2
    assert "no one can sign in" in capsys.readouterr().err


def test_a_token_of_headquarters_does_not_open_the_missions_copy(home: Path) -> None:
    path = f"/api/releases/alpha/{RELEASE}/files/manifest.json"
    of_mission, of_hq = (create_app(home, one).server.test_client() for one in ("mission", "hq"))
    own = bearer(home, "hq")
    assert of_hq.get(path, headers=own).status_code == 200
    for address in (path, "/api/releases", "/api/sdmx/structure/dataflow"):
        assert of_mission.get(address, headers=own).status_code == 403, address
    both = bearer(home, "mission")
    assert [one.get(path, headers=both).status_code for one in (of_mission, of_hq)] == [200, 200]


def test_an_account_of_headquarters_does_not_sign_in_at_the_missions_copy(home: Path) -> None:
    add(home, "hilda", audience="hq")
    client = create_app(home, "mission").server.test_client()
    refused = sign_in(client, "hilda")
    assert refused.status_code == 403 and "does not open this copy" in refused.text
    assert client.get(PAGE).status_code == 401
    other = create_app(home, "hq").server.test_client()
    assert sign_in(other, "hilda").status_code == 303 and other.get(PAGE).status_code == 200


def test_an_account_of_one_mission_sees_nothing_of_another(home: Path) -> None:
    add(home, "ali", mission="alpha")
    server = create_app(home, "hq").server
    whole, own = server.test_client(), server.test_client()
    sign_in(whole, "boss")
    sign_in(own, "ali")
    for client, missions in ((whole, ["alpha", "bravo"]), (own, ["alpha"]), (whole, None)):
        told = [one["mission"] for one in client.get("/api/releases").json["releases"]]
        assert told == (missions or ["alpha", "bravo"])
        asked = client.get("/api/sdmx/structure/codelist/POCLENS/CL_MISSION")
        assert ("BRAVO" in asked.text.upper()) == (client is whole)
    path = f"/download/bravo/{RELEASE}/hq/poclens.duckdb"
    assert whole.get(path).status_code == 200 and own.get(path).status_code == 404
    assert "bravo" in whole.get("/screen/missions").text
    assert "bravo" not in own.get("/screen/missions").text
    context = read_context(home, "hq", Address.parse("/", "mission=bravo"))
    assert context is not None and context.release.mission == "bravo"
    narrow_to("alpha")  # as the gate does for this account
    try:
        context = read_context(home, "hq", Address.parse("/", "mission=bravo"))
    finally:
        narrow_to(None)
    assert context is not None and context.release.mission == "alpha"
    assert list(context.missions) == ["alpha"]
    assert own.get(f"/api/releases/bravo/{RELEASE}/files").status_code == 404


@pytest.mark.parametrize("host", ["evil.example", "evil.example:8050", "127.0.0.1.evil.example"])
def test_a_name_that_is_not_the_servers_is_refused(home: Path, host: str) -> None:
    client = create_app(home, "hq").server.test_client()
    asked = {"Host": host}
    for path in ("/", PAGE, "/api/releases", ACCOUNT, "/assets/poclens.css"):
        assert client.get(path, headers=asked).status_code == 400, path
    assert client.post(ACCOUNT, headers=asked, data={"name": "boss"}).status_code == 400
    for own in ("127.0.0.1:8050", "localhost:8051"):
        assert client.get("/health", headers={"Host": own}).status_code == 200


def test_the_environment_names_the_server(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(HOSTS, "poclens.example.org, 10.1.2.3")
    client = create_app(home, "hq").server.test_client()
    for host, status in (("poclens.example.org", 200), ("10.1.2.3:8050", 200), ("other.org", 400)):
        assert client.get("/health", headers={"Host": host}).status_code == status


def test_signing_out_ends_the_session_for_a_copied_cookie_too(home: Path) -> None:
    server = create_app(home, "hq").server
    client, thief = server.test_client(), server.test_client()
    sign_in(client, "boss")
    cookie = client.get_cookie(server.config["SESSION_COOKIE_NAME"])
    assert cookie is not None
    thief.set_cookie(cookie.key, cookie.value)
    assert thief.get(PAGE).status_code == 200
    form(client, step="sign_out")
    assert client.get(PAGE).status_code == thief.get(PAGE).status_code == 401


def test_guessing_slows_down_who_guesses_and_not_the_administrator(home: Path) -> None:
    server = create_app(home, "hq").server
    guesser, boss = server.test_client(), server.test_client()
    guesser.environ_base["REMOTE_ADDR"] = "192.0.2.66"
    for _ in range(attempts.FREE - 1):
        assert "is wrong" in sign_in(guesser, "boss", "wrong").text
    assert "seconds" in sign_in(guesser, "boss", "wrong").text
    answer = sign_in(guesser, "boss")
    assert answer.status_code == 403 and re.search(r"wait \d+ seconds", answer.text)
    assert sign_in(boss, "boss").status_code == 303


def test_people_change_their_own_password_and_other_sessions_end(home: Path) -> None:
    server = create_app(home, "hq").server
    here, there = server.test_client(), server.test_client()
    sign_in(here, "boss")
    sign_in(there, "boss")
    new = "quite another password"
    assert form(here, step="password", password="wrong", new=new).status_code == 403
    assert form(here, step="password", password=PASSWORD, new="short").status_code == 400
    assert "is changed" in form(here, step="password", password=PASSWORD, new=new).text
    assert here.get(PAGE).status_code == 200 and there.get(PAGE).status_code == 401
    assert sign_in(there, "boss").status_code == 403
    assert sign_in(there, "boss", new).status_code == 303


def test_who_must_have_a_second_factor_sets_it_up_when_signing_in(home: Path) -> None:
    accounts.require(Store.of_workspace(home), True, "test", utc_now(), second_factor=True)
    add(home, "vera")
    server = create_app(home, "hq").server
    client = server.test_client()
    assert sign_in(server.test_client(), "vera").status_code == 303  # of a viewer none is asked
    page = sign_in(client, "boss").text
    key = re.search(r"<code>([A-Z2-7]{32})</code>", page)
    assert key is not None and client.get(PAGE).status_code == 401
    assert form(client, step="enrol", code="000000x").status_code == 403
    assert form(client, step="enrol", code=pyotp.TOTP(key[1]).now()).status_code == 303
    assert client.get(PAGE).status_code == 200
    other = server.test_client()
    assert sign_in(other, "boss").status_code == 403
    later = pyotp.TOTP(key[1]).at(
        utc_now() + timedelta(seconds=30)
    )  # the one before was taken already
    assert sign_in(other, "boss", code=later).status_code == 303


def test_two_servers_on_one_host_have_cookies_of_their_own(home: Path) -> None:
    names = {cookie_name(home, one, port) for one in ("mission", "hq") for port in (8050, 8051)}
    assert len(names) == 4
    first, second = (create_app(home, one).server for one in ("mission", "hq"))
    client = first.test_client()
    sign_in(client, "boss")
    beside = second.test_client()
    sign_in(beside, "boss")
    cookie = beside.get_cookie(second.config["SESSION_COOKIE_NAME"])
    assert cookie is not None
    client.set_cookie(cookie.key, cookie.value)  # a browser sends both to both
    assert client.get(PAGE).status_code == 200
