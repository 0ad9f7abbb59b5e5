"""The forms as a browser sends them: tokens, signing in, roles, conflicts, what pages show then."""

import html
import io
import json
import re
import shutil
from collections.abc import Iterator
from datetime import UTC, date, datetime
from functools import cache
from pathlib import Path

import pytest
import sqlalchemy as sa
from argon2 import PasswordHasher
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from dashboards.__main__ import main as serve
from dashboards.serving.app import create_app
from records.kinds import Assessment, Recommendation
from records.people import accounts
from records.store import Store, migrate
from tests.worlds.release import MISSION, publish_approved

ASSESS = "/records/assess?indicator=P2-OC-05&period=2026-Q3"
RECOMMEND = "/records/recommend?indicator=P2-OC-05&period=2026-Q3"
PAGE = "/screen/assessment?indicator=P2-OC-05&period=2026-Q3"
PASSWORD = "a long enough password"
PEOPLE = ("viewer", "officer", "assessor", "second_assessor", "approver", "administrator")
KEY = "P2-OC-05/MT/2026-Q3"


@pytest.fixture
def workspace(home: Path, tmp_path: Path) -> Path:
    """The release in a workspace of this test's own, without the log of what others fetched."""
    shutil.copytree(home, tmp_path / "workspace", ignore=shutil.ignore_patterns("records.db*"))
    return tmp_path / "workspace"


@pytest.fixture
def store(workspace: Path) -> Store:
    """The workspace's records."""
    return Store.of_workspace(workspace)


@pytest.fixture
def client(workspace: Path) -> FlaskClient:
    """A browser at a machine without accounts."""
    return create_app(workspace).server.test_client()


def token(client: FlaskClient) -> str:
    """Of the form to sign in or out; without accounts there is none, so of another form."""
    pages = (client.get(path).text for path in ("/records/account", ASSESS))
    found = next(filter(None, (re.search(r'name="token" value="([^"]+)"', one) for one in pages)))
    return found[1]


def save(client: FlaskClient, based_on: int, **changes: object) -> TestResponse:
    sent = {"rating": "on_track", "narrative": "Seen by day.", "reason": "So we think."}
    fields = {"token": token(client), "based_on": based_on, "step": "save"}
    return client.post(ASSESS, data={**fields, **sent, **changes})


def advance(client: FlaskClient, based_on: int) -> TestResponse:
    sent = {"token": token(client), "based_on": based_on, "step": "advance"}
    return client.post(ASSESS, data=sent)


def recommend(client: FlaskClient, **changes: object) -> TestResponse:
    sent = {
        "text": "Two more night patrols.", "owner": "police_commissioner",
        "due_on": "2026-01-31", "past_is_meant": "yes", "source_kind": "assessment", "source": KEY,
    }  # fmt: skip
    fields = {"token": token(client), **sent, **changes}
    kept = {name: value for name, value in fields.items() if value is not None}
    return client.post(RECOMMEND, data=kept)


def test_what_is_written_stands_on_the_page_beside_the_computed_rating(
    client: FlaskClient, store: Store
) -> None:
    before = client.get(PAGE).text
    assert "not assessed yet" in before
    assert save(client, 0, evidence=["P2-OC-05"], participants=["poc_adviser"]).status_code == 303
    after = json.dumps(client.get(PAGE).get_json(), ensure_ascii=False)
    assert "Seen by day." in after and "POC Adviser" in after and "local" in after
    written = store.latest(MISSION, Assessment, KEY)
    assert written is not None and written.record.computed is not None
    assert written.record.computed.release == "2026-Q3-r01"
    assert [one.indicator for one in written.record.evidence] == ["P2-OC-05"]
    assert written.record.computed.words["en"] in after


def test_a_form_is_turned_into_the_other_language_where_it_stands(client: FlaskClient) -> None:
    asked = re.findall(r'class="segment" href="([^"]+)"', client.get(f"{ASSESS}&lang=en").text)
    english, french = (html.unescape(address) for address in asked)
    assert client.get(english).text.startswith('<!DOCTYPE html>\n<html lang="en"')
    turned = client.get(french).text
    assert '<html lang="fr"' in turned and "P2-OC-05" in turned
    sent = client.post(ASSESS, data={"token": "", "step": "save", "narrative": "Typed."}).text
    # the browser keeps what was typed as a draft of either language
    assert "Typed." in sent and "data-posted" in sent and 'class="segment" href' in sent


def test_markup_that_people_write_stays_text(client: FlaskClient) -> None:
    evil = "<script>alert(1)</script>"
    save(client, 0, narrative=evil)
    assert evil not in client.get(ASSESS).text
    assert "&lt;script&gt;" in client.get(ASSESS).text


def test_a_form_without_its_token_writes_nothing_and_keeps_the_text(
    client: FlaskClient, store: Store
) -> None:
    for sent in ("", "of another session"):
        answer = save(client, 0, token=sent, narrative="A long text.")
        assert answer.status_code == 400 and "A long text." in answer.text
    assert not store.exists()


@pytest.mark.parametrize("lang", ["en", "fr"])
def test_a_refusal_says_what_is_missing_in_the_readers_language(
    client: FlaskClient, lang: str
) -> None:
    sent = {"token": token(client), "based_on": "0", "rating": "off_track", "narrative": "x"}
    answer = client.post(f"{ASSESS}&lang={lang}", data=sent)
    assert answer.status_code == 400
    said = {"en": "differs from the computed one: say why", "fr": "indiquez pourquoi"}
    assert said[lang] in answer.text


def test_two_at_the_same_text_the_second_is_told_and_loses_nothing(
    client: FlaskClient, store: Store
) -> None:
    save(client, 0, narrative="Of the first.")
    answer = save(client, 0, narrative="Of the second.")
    assert answer.status_code == 409
    assert "Of the first." in answer.text and "Of the second." in answer.text
    ground = re.search(r'data-draft.*?name="based_on" value="(\d+)"', answer.text, re.S)
    assert ground is not None and ground[1] == "1"
    assert save(client, 1, narrative="Of both.").status_code == 303
    texts = [one.record.narrative for one in store.versions(MISSION, Assessment, KEY)]
    assert texts == ["Of the first.", "Of both."]


def test_the_overview_tells_what_is_overdue_until_it_is_done(
    client: FlaskClient, store: Store
) -> None:
    save(client, 0)
    assert "recommendation overdue" not in client.get("/screen/").text
    assert recommend(client).status_code == 303
    assert "1 recommendation overdue" in client.get("/screen/").text
    assert "1 recommandation en retard" in client.get("/screen/?lang=fr").text
    link = f"{RECOMMEND}&key=R-0001"
    sent = {"based_on": 1, "status": "done", "due_on": "2026-01-31", "owner": "police_commissioner"}
    sent["token"] = token(client)
    assert client.post(link, data=sent).status_code == 303
    assert "recommendation overdue" not in client.get("/screen/").text
    states = [one.record.status for one in store.versions(MISSION, Recommendation, "R-0001")]
    assert states == ["open", "done"]
    assert client.post(link, data=sent).status_code == 409


def test_of_a_month_the_quarter_around_it_is_assessed(client: FlaskClient, store: Store) -> None:
    sent = {"rating": "on_track", "narrative": "x", "reason": "y", "based_on": 0}
    sent["token"] = token(client)
    client.post("/records/assess?indicator=P2-OC-05&period=2026-08", data=sent)
    assert [one.record.period for one in store.all(MISSION, Assessment)] == ["2026-Q3"]


@pytest.mark.parametrize(
    "path",
    [
        "/records/assess",
        "/records/assess?indicator=NO-SUCH",
        "/records/assess?indicator=P2-OP-01",  # an output
        "/records/recommend?key=R-0009",
    ],
)
def test_what_is_not_there_has_no_form(client: FlaskClient, path: str) -> None:
    assert client.get(path).status_code == 404


def test_headquarters_reads_what_was_approved_and_writes_nothing(
    workspace: Path, client: FlaskClient
) -> None:
    hq = create_app(workspace, "hq").server.test_client()
    save(client, 0, narrative="Approved text.")
    advance(client, 1)
    publish_approved(workspace)
    assert "Approved text." not in hq.get(PAGE).text
    advance(client, 2)
    save(client, 3, narrative="A new draft.")
    assert "Approved text." not in hq.get(PAGE).text  # it reads what was released
    publish_approved(workspace)
    shown = hq.get(PAGE).text
    assert "Approved text." in shown and "A new draft." not in shown
    assert "/records/assess" not in shown
    assert "<form" not in hq.get(ASSESS).text
    assert hq.post(ASSESS).status_code == 405


@pytest.fixture(scope="module")
def people(home: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A workspace in which each role has an account and all must sign in; hashing made cheap."""
    usual, accounts._HASHER = accounts._HASHER, PasswordHasher(1, 8, 1)
    folder = tmp_path_factory.mktemp("people") / "workspace"
    shutil.copytree(home, folder)
    store, now = Store.of_workspace(folder), datetime.now(UTC)
    for name in PEOPLE:
        role = "assessor" if name == "second_assessor" else name
        accounts.add(store, name, role, PASSWORD, "test", now)
    accounts.add(store, "elsewhere", "assessor", PASSWORD, "test", now, area="MT0303")
    accounts.require(store, True, "test", now)
    yield folder
    accounts._HASHER = usual


@cache
def application(folder: Path) -> Flask:
    return create_app(folder).server


def signed_in(
    folder: Path, name: str, password: str = PASSWORD, server: Flask | None = None
) -> FlaskClient:
    client = (server or application(folder)).test_client()
    sent = {"token": token(client), "name": name, "password": password}
    client.post("/records/account", data={**sent, "step": "sign_in"})
    return client


def test_without_signing_in_nothing_is_read(people: Path) -> None:
    client = application(people).test_client()
    for path in ("/", "/brief.pdf", "/indicators?lang=fr", ASSESS, "/records/log"):
        answer = client.get(path)
        assert answer.status_code == 302 and "/records/account" in answer.headers["Location"], path
    assert client.get("/screen/").status_code == 401
    ended = client.post(f"{ASSESS}&lang=fr")
    assert ended.status_code == 303 and "told=ended" in ended.location
    assert "conservé dans ce navigateur" in client.get(ended.location).text
    assert client.post("/screen/").status_code == 401
    assert client.get("/health").status_code == 200
    assert signed_in(people, "viewer", "wrong").get("/screen/").status_code == 401
    assert signed_in(people, "viewer").get("/screen/").status_code == 200


def test_who_signs_in_is_led_nowhere_else_and_keeps_their_name(people: Path) -> None:
    client = application(people).test_client()
    assert "<h1>Sign in</h1>" in client.get("/records/account").text
    assert "Back to" not in client.get("/records/account").text  # all pages lead back here
    sent = {"token": token(client), "name": "viewer", "password": "wrong", "step": "sign_in"}
    assert 'value="viewer"' in client.post("/records/account", data=sent).text
    inside = signed_in(people, "viewer")
    assert "Back to: Overview" in inside.get("/records/account").text


def test_every_page_leads_to_the_account_where_people_sign_in(
    people: Path, client: FlaskClient
) -> None:
    asked, link = "/screen/map?lang=fr", "/records/account?"
    assert link in json.dumps(signed_in(people, "viewer").get(asked).get_json())
    assert link not in json.dumps(client.get(asked).get_json())


def test_after_an_upgrade_of_the_software_people_sign_in_as_before(
    people: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = tmp_path / "upgraded"
    shutil.copytree(people, folder)
    with Store.of_workspace(folder).writing() as connection:
        migrate(connection, "0002")
    client = application(folder).test_client()
    assert client.get("/screen/").status_code == 401
    assert signed_in(folder, "viewer").get("/screen/").status_code == 200
    with Store.of_workspace(folder).writing() as connection:
        connection.execute(sa.text("UPDATE alembic_version SET version_num = '9999'"))
    assert serve(["--home", str(folder), "--port", "0"]) == 2
    assert "written by a later version" in capsys.readouterr().err
    unready = create_app(folder).server.test_client()
    assert unready.get("/ready").status_code == 503 and unready.get("/screen/").status_code == 401


def test_three_roles_take_an_assessment_from_draft_to_recommendation(people: Path) -> None:
    author, second = signed_in(people, "assessor"), signed_in(people, "second_assessor")
    approver, officer = signed_in(people, "approver"), signed_in(people, "officer")
    assert save(author, 0).status_code == 303
    refused = advance(author, 1)
    assert refused.status_code == 403 and "ask another person" in refused.text
    assert "Others who may review it: approver, second_assessor." in author.get(ASSESS).text
    assert "After your review no one could approve it" in approver.get(ASSESS).text
    back = {"token": token(second), "based_on": 1, "step": "send_back"}
    asked = second.post(ASSESS, data=back)
    assert asked.status_code == 400 and "Say why it is sent back." in asked.text
    assert "<details open>" in asked.text  # and not folded away again
    late = second.post(ASSESS, data=back | {"based_on": 0, "sent_back": "Which nights?"})
    assert late.status_code == 409 and ">Which nights?</textarea>" in late.text
    assert "neither review nor approve it" in approver.get(ASSESS).text  # before the click
    assert "neither review nor approve it" not in author.get(ASSESS).text
    assert second.post(ASSESS, data=back | {"sent_back": "Which nights?"}).status_code == 303
    returned = author.get(ASSESS).text
    assert "Which nights?" in returned and "waits for a corrected text" in returned
    assert save(author, 2).status_code == 303
    assert advance(second, 3).status_code == 303
    assert advance(second, 4).status_code == 403
    assert save(officer, 4).status_code == 403
    assert "Others who may approve it: approver." in second.get(ASSESS).text
    assert "What you save is a new draft, to be reviewed again" in author.get(ASSESS).text
    read = approver.get(ASSESS).text  # who approves sees who wrote it, and what was asked for
    assert "<b>draft</b> assessor" in read and "Which nights?" in read
    assert advance(approver, 4).status_code == 303
    assert recommend(approver, past_is_meant=None).status_code == 400  # the day is past
    assert recommend(officer).status_code == 403
    assert recommend(approver).status_code == 303
    shown = officer.get(PAGE).text
    assert "approver" in shown and "Two more night patrols." in shown
    own = "No other account may approve what you write"  # said before the only approver writes
    assert own in approver.get(ASSESS).text and own not in author.get(ASSESS).text
    assert save(approver, 5).status_code == 303
    assert "No other account may approve it" in second.get(ASSESS).text


@pytest.mark.parametrize("name", ["viewer", "administrator", "elsewhere"])
def test_who_has_no_right_writes_nothing(people: Path, name: str) -> None:
    client, store = signed_in(people, name), Store.of_workspace(people)
    own = {"elsewhere": "Your account writes for Kessi and the areas in it"}
    said = own.get(name, "Your role reads assessments")
    assert said in client.get(ASSESS).text
    before = store.versions(MISSION, Assessment, KEY)
    assert save(client, len(before)).status_code == 403
    assert recommend(client).status_code == 403
    assert store.versions(MISSION, Assessment, KEY) == before
    is_log_shown = "The audit log is whole" in client.get("/records/log").text
    assert is_log_shown == (name == "administrator")


def test_an_administrator_adds_the_people_of_a_table_or_none(people: Path) -> None:
    admin, store = signed_in(people, "administrator"), Store.of_workspace(people)

    def sent(table: str) -> TestResponse:
        page = admin.get("/records/accounts?lang=fr").text
        mark = re.search(r'name="token" value="([^"]+)"', page)
        assert mark is not None
        content = (io.BytesIO(table.encode()), "people.csv")
        return admin.post("/records/accounts", data={"token": mark[1], "file": content})

    before = len(accounts.accounts(store))
    wrong = sent("name,role,until,area\nviewer,assessor,,Kessi\nnew,king,tomorrow,MT0303\n")
    assert wrong.status_code == 400 and len(accounts.accounts(store)) == before
    for words in ("Row 2, column name", "Row 3, column role: “king”", "column until"):
        assert words in wrong.text
    assert "Row 2, column area: “Kessi”" in wrong.text and "“MT0303”" not in wrong.text
    done = sent(f"Nom;Rôle;Zone;Mission\nawa;assessor;MT0303;\nidris;administrator;;{MISSION}\n")
    first, second = re.findall(r"(?:awa|idris)</th><td><code>([^<]+)</code>", done.text)
    of_mission = signed_in(people, "idris", second)  # keeps no accounts, and is not sent there
    link = "/records/accounts"
    assert link in admin.get("/records/account").text
    assert link not in of_mission.get("/records/account").text
    assert signed_in(people, "awa", first).get("/screen/").status_code == 200
    assert len(accounts.accounts(store)) == before + 2
    assert first not in admin.get("/records/accounts").text


WRITES = {
    "/records/assess": "assessor",
    "/records/recommend": "assessor",
    "/records/entry/<name>": "assessor",
    "/records/upload": "officer",
    "/records/capture": "officer",
    "/records/profile": "officer",
    "/records/mission": "officer",
    "/records/mission/change": "officer",
    "/records/run": "officer",
    "/records/rota": "officer",
    "/records/accounts": "administrator",
}  # every address of a form, with a role that may write there


def test_every_form_refuses_each_role_that_may_not_write_there(people: Path) -> None:
    rules = application(people).url_map.iter_rules()
    posted = {rule.rule for rule in rules if "POST" in rule.methods}
    forms = {rule for rule in posted if rule.startswith("/records/")}
    assert forms == {*WRITES, "/records/account"}
    store = Store.of_workspace(people)
    for number, (rule, role) in enumerate(WRITES.items()):
        if number % 5 == 0:  # one server takes sixty forms a minute
            server = create_app(people).server
        path = rule.replace("<name>", "threat_assessment") + "?indicator=P2-OC-05&period=2026-Q3"
        statuses = {}
        for name in ("viewer", "administrator", role):
            client = signed_in(people, name, server=server)
            entries = len(store.audit_log(10_000))
            answer = client.post(path, data={"token": token(client)})
            statuses[name] = answer.status_code
            assert len(store.audit_log(10_000)) == entries, (rule, name)
        assert {statuses.pop("viewer"), statuses.pop("administrator")} <= {400, 403}, rule
        assert 403 not in statuses.values(), (rule, statuses)


def test_a_session_ends_with_signing_out_a_lock_or_another_role(people: Path) -> None:
    store, now = Store.of_workspace(people), datetime.now(UTC)
    accounts.add(store, "guest", "viewer", PASSWORD, "test", now)
    client = signed_in(people, "guest")
    sent = {"token": token(client), "step": "sign_out"}
    assert client.post("/records/account", data=sent).status_code == 303
    assert client.get("/screen/").status_code == 401
    for change in (
        lambda: accounts.set_role(store, "guest", "officer", None, "test", now),
        lambda: accounts.set_locked(store, "guest", True, "test", now),
    ):
        client = signed_in(people, "guest")
        assert client.get("/screen/").status_code == 200
        change()
        assert client.get("/screen/").status_code == 401


@pytest.mark.parametrize(
    ("asked", "led_to"),
    [("/map?lang=fr", "/map?lang=fr"), ("//evil.example", "/"), ("https://evil.example", "/"),
     ("/\\evil.example", "/"), ("", "/")],
)  # fmt: skip
def test_signing_in_leads_to_pages_of_this_server_alone(
    people: Path, asked: str, led_to: str
) -> None:
    client = application(people).test_client()
    sent = {"token": token(client), "name": "viewer", "password": PASSWORD}
    answer = client.post("/records/account", query_string={"next": asked}, data=sent)
    assert answer.status_code == 303 and answer.headers["Location"] == led_to


def test_a_page_with_records_is_made_anew_for_each_day(client: FlaskClient) -> None:
    save(client, 0)
    recommend(client, due_on=date.today().isoformat())
    assert "recommendation overdue" not in client.get("/screen/").text
