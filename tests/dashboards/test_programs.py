"""Programs at the server: tokens, release files, limits, health, and what the log keeps of them."""

import base64
import hashlib
import json
import logging
import shutil
import sys
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from urllib.parse import unquote

import pytest
from flask.testing import FlaskClient

from dashboards.http.monitoring import JsonLines
from dashboards.http.security import BEHIND_PROXY, LARGEST_BODY, Rate
from dashboards.serving.app import create_app
from records.people import accounts, tokens
from records.store import Store, utc_now
from tests.worlds.headquarters import rows_of_a_mission, write_release

RELEASES = "/api/releases"
DATABASE = f"{RELEASES}/alpha/2026-Q3-r01/files/hq/poclens.duckdb"
PASSWORD = "a long enough password"


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Headquarters' copies of two missions, whose release has the same name; accounts are asked."""
    folder = tmp_path_factory.mktemp("served")
    rows = rows_of_a_mission()
    for mission in ("alpha", "bravo"):
        write_release(folder, mission, rows)
    (folder / "releases" / "alpha" / "2026-Q3-r01" / "hq" / "notes.txt").write_text("not listed")
    store, now = Store.of_workspace(folder), utc_now()
    accounts.add(store, "amina", "administrator", PASSWORD, "local", now)
    accounts.require(store, True, "local", now)
    return folder


@pytest.fixture(scope="module")
def client(home: Path) -> Iterator[FlaskClient]:
    yield create_app(home, "hq").server.test_client()


def bearer(home: Path, *scopes: str, mission: str | None = None, days: int = 30) -> dict[str, str]:
    store, now = Store.of_workspace(home), utc_now()
    until = now.date() + timedelta(days=days)
    made = tokens.add(store, "hq", scopes or ("releases",), until, "local", now, mission)
    return {"Authorization": f"Bearer {made}"}


def test_without_a_token_nothing_is_told(client: FlaskClient) -> None:
    for path in (RELEASES, DATABASE, "/api/anything"):
        refused = client.get(path)
        assert refused.status_code == 401
        assert refused.mimetype == "application/problem+json"
        assert refused.headers["WWW-Authenticate"].startswith("Bearer")
        assert "alpha" not in refused.get_data(as_text=True)


@pytest.mark.parametrize("text", ["", "Bearer", "Bearer x", "Bearer poclens_00000000_x", "Basic x"])
def test_what_is_no_token_opens_nothing(client: FlaskClient, text: str) -> None:
    assert client.get(RELEASES, headers={"Authorization": text}).status_code == 401


def test_a_token_opens_what_it_is_for_until_it_ends(home: Path, client: FlaskClient) -> None:
    opened = bearer(home)
    assert client.get(RELEASES, headers=opened).status_code == 200
    assert client.get(RELEASES, headers=bearer(home, "metrics")).status_code == 403
    assert client.get("/", headers=opened).status_code == 302  # pages are for people
    store, now = Store.of_workspace(home), utc_now()
    text = opened["Authorization"].removeprefix("Bearer ")
    token_id = text.split("_")[1]
    last = now + timedelta(days=30)
    assert tokens.token_of(store, text, last) is not None
    assert tokens.token_of(store, text, last + timedelta(days=1)) is None
    assert tokens.token_of(store, text + "x", now) is None
    tokens.revoke(store, token_id, "local", now)
    assert client.get(RELEASES, headers=opened).status_code == 401
    database = (home / "records.db").read_bytes()
    assert text.encode() not in database and text.split("_", 2)[2].encode() not in database


def test_a_token_counts_where_none_is_needed(tmp_path: Path) -> None:
    """A wrong or ended one is refused, one of a mission opens that mission, none opens all."""
    rows = rows_of_a_mission()
    for mission in ("alpha", "bravo"):
        write_release(tmp_path, mission, rows)
    client = create_app(tmp_path, "hq").server.test_client()

    def seen(**headers: str) -> list[str]:
        return [one["mission"] for one in client.get(RELEASES, headers=headers).json["releases"]]

    assert seen() == ["alpha", "bravo"]
    assert seen(**bearer(tmp_path, mission="bravo")) == ["bravo"]
    for wrong in ({"Authorization": "Bearer poclens_00000000_x"}, bearer(tmp_path, "data")):
        assert client.get(RELEASES, headers=wrong).status_code in (401, 403)
    assert client.get("/", headers={"Authorization": "Bearer x"}).status_code == 200


def test_a_token_of_one_mission_sees_that_mission(home: Path, client: FlaskClient) -> None:
    own = bearer(home, mission="alpha")
    assert [one["mission"] for one in client.get(RELEASES, headers=own).json["releases"]] == [
        "alpha"
    ]
    assert client.get(DATABASE.replace("alpha", "bravo"), headers=own).status_code == 404
    assert client.get(DATABASE, headers=own).status_code == 200


def test_two_missions_with_one_release_name_are_told_apart(home: Path, client: FlaskClient) -> None:
    both = bearer(home)
    for mission in ("alpha", "bravo"):
        manifest = f"{RELEASES}/{mission}/2026-Q3-r01/files/manifest.json"
        assert client.get(manifest, headers=both).json["mission"] == mission


def test_a_file_has_its_hash_as_tag_and_comes_in_parts(home: Path, client: FlaskClient) -> None:
    own = bearer(home, mission="alpha")
    whole = client.get(DATABASE, headers=own)
    sha256 = hashlib.sha256(whole.data).hexdigest()
    assert whole.headers["ETag"] == f'"{sha256}"'
    digest = base64.b64encode(bytes.fromhex(sha256)).decode()
    assert whole.headers["Repr-Digest"] == f"sha-256=:{digest}:"
    rest = client.get(DATABASE, headers=own | {"Range": "bytes=1000-", "If-Range": f'"{sha256}"'})
    assert rest.status_code == 206 and rest.data == whole.data[1000:]
    changed = client.get(DATABASE, headers=own | {"Range": "bytes=1000-", "If-Range": '"other"'})
    assert changed.status_code == 200 and changed.data == whole.data
    again = client.get(DATABASE, headers=own | {"If-None-Match": f'"{sha256}"'})
    assert again.status_code == 304 and not again.data


@pytest.mark.parametrize(
    "path",
    ["hq/notes.txt", "../../../records.db", "hq/../../../../records.db", "mission/poclens.duckdb",
     "/etc/hostname", "hq"],
)  # fmt: skip
def test_only_listed_files_leave(home: Path, client: FlaskClient, path: str) -> None:
    own = bearer(home, mission="alpha")
    assert client.get(f"{RELEASES}/alpha/2026-Q3-r01/files/{path}", headers=own).status_code == 404


def test_every_download_stands_in_the_log(home: Path, client: FlaskClient) -> None:
    own, store = bearer(home, mission="alpha"), Store.of_workspace(home)
    client.get(DATABASE, headers=own | {"Range": "bytes=0-99"})
    entry = store.audit_log(1)[0]
    assert (entry["action"], entry["subject"]) == ("download", DATABASE)
    assert entry["who"].startswith("hq (") and '"bytes":100' in entry["detail"]
    tag = client.get(DATABASE, headers=own).headers["ETag"]
    number = store.audit_log(1)[0]["number"]
    client.get(DATABASE, headers=own | {"If-None-Match": tag})
    assert store.audit_log(1)[0]["number"] == number
    assert store.first_broken_entry() is None


@pytest.mark.parametrize(
    "asked",
    [
        "/api/sdmx/data?c[INDICATOR]=P2-OC-05&limit=3",
        "/api/sdmx/structure/codelist",
        "/api/releases",
    ],
)
def test_every_answer_of_the_api_stands_in_the_log_with_what_was_asked(
    home: Path, client: FlaskClient, asked: str
) -> None:
    own, store = bearer(home, "data", "releases", mission="alpha"), Store.of_workspace(home)
    answer = client.get(asked, headers=own)
    assert answer.status_code == 200
    entry = store.audit_log(1)[0]
    assert (entry["action"], unquote(entry["subject"])) == ("api_answer", asked)
    assert entry["who"].startswith("hq (") and f'"bytes":{len(answer.data)}' in entry["detail"]
    client.get("/api/openapi.json", headers=own)
    client.get(asked, headers=own | {"If-None-Match": answer.headers["ETag"]})
    client.get(f"{asked.partition('?')[0]}/nowhere/at/all/x/y/z", headers=own)
    assert store.audit_log(1)[0]["number"] == entry["number"]


def test_health_and_readiness_need_no_token(client: FlaskClient) -> None:
    assert client.get("/health").status_code == 200
    ready = client.get("/ready")
    assert ready.status_code == 200 and ready.json == {
        "ready": True, "records": True, "releases": True,
    }  # fmt: skip


def _flip(path: Path) -> None:
    """One byte in the middle is another; the file still opens."""
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 0xFF
    path.chmod(0o600)
    path.write_bytes(content)


@pytest.mark.parametrize(
    "harm",
    [
        lambda folder: _flip(folder / "hq" / "poclens.duckdb"),
        lambda folder: (folder / "hq" / "poclens.duckdb").unlink(),
        lambda folder: shutil.rmtree(folder / "hq"),
        lambda folder: (folder / "manifest.json").unlink(),
        lambda folder: (folder / "manifest.json").write_text("{", encoding="utf-8"),
        lambda folder: (folder.parent / "current").write_text("2031-Q1-r01", encoding="utf-8"),
    ],
)
def test_what_is_not_as_it_was_published_is_not_ready(
    tmp_path: Path, harm: Callable[[Path], object]
) -> None:
    folder = write_release(tmp_path, "alpha", rows_of_a_mission())
    client = create_app(tmp_path, "hq").server.test_client()
    assert client.get("/ready").status_code == 200
    harm(folder)
    answer = client.get("/ready")
    assert answer.status_code == 503 and answer.json["releases"] is False


def test_a_damaged_release_is_not_ready(tmp_path: Path) -> None:
    folder = write_release(tmp_path, "alpha", rows_of_a_mission())
    (folder / "hq" / "poclens.duckdb").write_bytes(b"cut off")
    answer = create_app(tmp_path, "hq").server.test_client().get("/ready")
    assert answer.status_code == 503 and answer.json["releases"] is False


def test_metrics_count_requests_and_name_no_reader(home: Path, client: FlaskClient) -> None:
    assert client.get("/metrics").status_code == 401
    client.get("/health")
    text = client.get("/metrics", headers=bearer(home, "metrics")).get_data(as_text=True)
    assert 'poclens_requests_total{kind="health",method="GET",status="200"}' in text
    assert "poclens_request_seconds_bucket" in text and "alpha" not in text


def test_a_body_beyond_the_limit_is_refused(client: FlaskClient) -> None:
    refused = client.post("/records/account", data=b"x" * (LARGEST_BODY + 1))
    assert refused.status_code == 413


def test_the_log_as_lines_of_json_quotes_no_error() -> None:
    record = logging.LogRecord("dashboards", logging.ERROR, "", 0, "page %s", ("/map",), None)
    try:
        raise ValueError("Amina, Essari")
    except ValueError:
        record.exc_info = sys.exc_info()
    line = json.loads(JsonLines().format(record))
    assert (line["level"], line["text"], line["error"]) == ("error", "page /map", "ValueError")
    assert "Amina" not in json.dumps(line)


def test_a_rate_is_made_up_for_with_time() -> None:
    rate = Rate(60)
    assert [rate.wait("a", 0.0) for _ in range(60)] == [0.0] * 60
    assert rate.wait("a", 0.0) == pytest.approx(1.0)
    assert rate.wait("b", 0.0) == 0.0
    assert rate.wait("a", 1.0) == 0.0 and rate.wait("a", 1.0) > 0


def test_headers_close_what_the_pages_do_not_need(client: FlaskClient) -> None:
    headers = client.get("/records/account").headers
    policy = headers["Content-Security-Policy"]
    scripts = next(part for part in policy.split("; ") if part.startswith("script-src"))
    assert "unsafe" not in scripts and "frame-ancestors 'none'" in policy
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Cross-Origin-Opener-Policy"] == "same-origin"
    assert "camera=()" in headers["Permissions-Policy"]
    assert "Strict-Transport-Security" not in headers  # http, on this machine


def test_behind_a_proxy_the_cookie_travels_by_https_alone(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(BEHIND_PROXY, "1")
    asked = {"X-Forwarded-Proto": "https", "X-Forwarded-For": "192.0.2.7"}
    answer = create_app(home, "hq").server.test_client().get("/records/account", headers=asked)
    cookie = answer.headers["Set-Cookie"]
    assert all(part in cookie for part in ("Secure", "HttpOnly", "SameSite=Lax"))
    assert "max-age=" in answer.headers["Strict-Transport-Security"]
