"""Taking files in by the pages: what is shown before, what goes into the inbox, who may."""

import io
import re
from pathlib import Path

import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from dashboards.app import create_app
from dashboards.forms import held as held_files
from dashboards.forms import upload
from pipelines.ingest.inbox import ingest
from pipelines.proposal.desk import open_desk
from pipelines.proposal.writing import write_mapping
from records import accounts
from records.store import Store, utc_now
from tests.worlds.mission.own_names import make_workspace

AREAS = "area_code,parent_area_code,area_level,name_en,name_fr,valid_from\n"
KNOWN = f"{AREAS}XX,,country,Country,Pays,2024-01-01\nXX01,XX,admin1,North,Nord,2024-01-01\n"
CHANGED = f"{AREAS}XX01,XX,admin1,Far north,Nord,2024-01-01\nXX02,XX,admin1,South,Sud,2024-01-01\n"
WRONG = "XX03,XX,village,West,Ouest,2024-01-01\n"
PASSWORD = "a long enough password"


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """A mission that knows two areas."""
    workspace, mission = make_workspace(tmp_path / "ws")
    sources = workspace.profile("faulty") / "sources"
    for path in sources.glob("*.yaml"):
        path.unlink()
    columns = {name: {"from": name} for name in AREAS.strip().split(",")}
    entry = {"source": "areas", "files": ["areas*.csv"], "reader": "csv"}
    mapping = {**entry, "tables": [{"table": "areas", "columns": columns}]}
    write_mapping(mapping, sources / "areas.yaml")
    (workspace.inbox("faulty") / "areas.csv").write_text(KNOWN, encoding="utf-8")
    ingest(workspace, mission, settled=0)
    return workspace.home


@pytest.fixture
def client(home: Path) -> FlaskClient:
    """A browser at a machine without accounts."""
    return create_app(home, desk=open_desk(home)).server.test_client()


def post(client: FlaskClient, lang: str = "en", **sent: object) -> TestResponse:
    page = client.get(f"{upload.ROUTE}?lang={lang}").text
    token = re.search(r'name="token" value="([^"]+)"', page)
    fields = {"token": token[1] if token else "", "mission": "faulty", "step": "preview"}
    return client.post(f"{upload.ROUTE}?lang={lang}", data={**fields, **sent})


def drop(client: FlaskClient, name: str, text: str, lang: str = "en") -> TestResponse:
    return post(client, lang, file=(io.BytesIO(text.encode()), name))


def held(answer: TestResponse) -> str:
    found = re.search(r'name="held" value="([^"]+)"', answer.text)
    assert found is not None
    return found[1]


def waiting(home: Path) -> list[str]:
    return sorted(path.name for path in (home / "inbox" / "faulty").iterdir())


def counts(answer: TestResponse) -> list[int]:
    return [int(number) for number in re.findall(r"<li><b>(\d+)</b>", answer.text)]


def test_a_file_is_shown_first_and_then_goes_into_the_inbox(
    client: FlaskClient, home: Path
) -> None:
    shown = drop(client, "areas_2.csv", CHANGED + WRONG)
    assert counts(shown) == [3, 1, 1, 0, 1]  # read, new, changed, unchanged, rejected
    assert "Far north" in shown.text and "South" in shown.text
    assert "&#39;village&#39; is not a code of this column" in shown.text
    assert waiting(home) == []
    taken = post(client, step="take_in", held=held(shown))
    assert taken.status_code == 200 and waiting(home) == ["areas_2.csv"]
    entry = Store.of_workspace(home).audit_log(1)[0]
    assert (entry["action"], entry["subject"]) == ("taken_in", "faulty/areas_2.csv")
    assert list((home / "uploads").iterdir()) == []


def test_a_file_that_waits_is_not_replaced_and_a_discarded_one_is_gone(
    client: FlaskClient, home: Path
) -> None:
    post(client, step="take_in", held=held(drop(client, "areas_2.csv", CHANGED)))
    second = post(client, step="take_in", held=held(drop(client, "areas_2.csv", KNOWN)))
    assert second.status_code == 409
    assert (home / "inbox/faulty/areas_2.csv").read_text(encoding="utf-8") == CHANGED
    post(client, step="discard", held=held(drop(client, "areas_3.csv", CHANGED)))
    assert post(client, step="take_in", held="0" * 32).status_code == 410
    assert waiting(home) == ["areas_2.csv"]


def test_an_unknown_file_shows_its_proposal_and_is_mapped_once_confirmed(
    client: FlaskClient, home: Path
) -> None:
    text = "Code de la zone;Niveau;Nom (anglais);Nom (français);parent_area_code;Du\n"
    text += "XX04;admin1;East;Est;XX;2024-01-01\n"
    shown = drop(client, "découpage.csv", text, "fr")
    assert "Correspondance proposée" in shown.text and "Code de la zone" in shown.text
    answers = {}
    if "header.valid_from" in shown.text:
        answers["header.valid_from"] = "Du"
        assert post(client, step="take_in", held=held(shown)).status_code == 409
        shown = drop(client, "découpage.csv", text, "fr")
    taken = post(client, step="take_in", held=held(shown), **answers)
    assert taken.status_code == 200, taken.text
    assert waiting(home) == ["découpage.csv"]
    again = drop(client, "découpage.csv", text)
    assert counts(again) == [1, 1, 0, 0, 0]


@pytest.mark.parametrize(
    ("sent", "kept"),
    [
        ("../../etc/passwd", "passwd"),
        ("C:\\reports\\areas.csv", "areas.csv"),
        ("..", ""),
        (".hidden.csv", "hidden.csv"),
        ("a\x00b<i>.csv", "abi.csv"),
        ("n" * 300 + ".csv", "n" * 56 + ".csv"),
    ],
)
def test_names_stay_within_the_inbox(sent: str, kept: str) -> None:
    assert held_files.safe_name(sent) == kept


def test_a_file_over_the_limit_is_refused(
    client: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(upload, "LARGEST_MB", 0.001)
    assert drop(client, "areas_2.csv", CHANGED * 20).status_code == 413


def test_only_officers_take_files_in_and_never_without_the_forms_token(
    client: FlaskClient, home: Path
) -> None:
    assert post(client, token="", file=(io.BytesIO(b"x"), "areas_2.csv")).status_code == 400
    store = Store.of_workspace(home)
    for role in ("administrator", "officer", "viewer", "assessor", "approver"):
        accounts.add(store, role, role, PASSWORD, "test", utc_now())
    accounts.require(store, True, "test", utc_now())
    allowed = []
    for role in ("administrator", "officer", "viewer", "assessor", "approver"):
        page = client.get("/records/account").text
        token = re.search(r'name="token" value="([^"]+)"', page)
        assert token is not None
        signed = {"token": token[1], "name": role, "password": PASSWORD, "step": "sign_in"}
        client.post("/records/account", data=signed)
        if drop(client, "areas_2.csv", CHANGED).status_code == 200:
            allowed.append(role)
        client.delete_cookie("session")
    assert allowed == ["officer"]
