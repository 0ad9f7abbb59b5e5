"""Taking files in by the pages: what is shown before, what goes into the inbox, who may."""

import html
import io
import json
import re
import shutil
from pathlib import Path

import pytest
from flask.testing import FlaskClient
from openpyxl import load_workbook
from werkzeug.test import TestResponse

from dashboards.forms.intake import held as held_files
from dashboards.forms.intake import held_page, upload
from dashboards.serving.app import create_app
from indicators.definitions.mission_profile import read_mission
from indicators.foundation.messages import LANGUAGES
from pipelines.ingest.inbox import ingest
from pipelines.setup.proposal.desk import open_desk
from pipelines.setup.proposal.writing import write_mapping
from pipelines.workspace.paths import Workspace
from pipelines.workspace.warehouse.connection import open_warehouse
from records.people import accounts
from records.store import Store, utc_now
from tests.worlds.mission.own_names import make_workspace

AREAS = "area_code,parent_area_code,area_level,name_en,name_fr,valid_from\n"
KNOWN = f"{AREAS}XX,,country,Country,Pays,2024-01-01\nXX01,XX,admin1,North,Nord,2024-01-01\n"
CHANGED = f"{AREAS}XX01,XX,admin1,Far north,Nord,2024-01-01\nXX02,XX,admin1,South,Sud,2024-01-01\n"
WRONG = "XX03,XX,village,West,Ouest,2024-01-01\n"
PASSWORD = "a long enough password"


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A mission that knows two areas, made once and copied for each test."""
    workspace, mission = make_workspace(tmp_path_factory.mktemp("upload") / "ws")
    sources = workspace.profile("faulty") / "sources"
    for path in sources.glob("*.yaml"):
        path.unlink()
    columns = {name: {"from": name} for name in AREAS.strip().split(",")}
    entry = {"source": "areas", "files": ["areas*.csv"], "reader": "csv", "sender": "series"}
    mapping = {**entry, "tables": [{"table": "areas", "columns": columns}]}
    write_mapping(mapping, sources / "areas.yaml")
    (workspace.inbox("faulty") / "areas.csv").write_text(KNOWN, encoding="utf-8")
    ingest(workspace, mission, settled=0)
    return workspace.home


@pytest.fixture
def home(template: Path, tmp_path: Path) -> Path:
    return shutil.copytree(template, tmp_path / "ws")


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


def chosen(answer: TestResponse, name: str) -> str:
    """What is chosen in a list of the page."""
    chooser = re.search(rf'name="{re.escape(name)}".*?</select>', answer.text, re.S)
    assert chooser is not None, name
    option = re.search(r'<option(?: value="([^"]*)")? selected>([^<]*)', chooser[0])
    return (option[1] or option[2]) if option else ""


def counts(answer: TestResponse) -> list[int]:
    return [int(number) for number in re.findall(r"<li><b>(\d+)</b>", answer.text)]


def test_a_file_is_shown_first_and_then_goes_into_the_inbox(
    client: FlaskClient, home: Path
) -> None:
    shown = drop(client, "areas-v2.csv", CHANGED + WRONG)
    assert counts(shown) == [3, 1, 1, 0, 1]  # read, new, changed, unchanged, rejected
    assert "Far north" in shown.text and "South" in shown.text
    assert "not known yet what &#39;village&#39; means" in shown.text
    assert '<td>1<p class="note">row 4</p></td>' in shown.text  # where it is to be corrected
    assert waiting(home) == []
    taken = post(client, step="take_in", held=held(shown))
    assert taken.status_code == 200 and waiting(home) == ["areas-v2.csv"]
    entry = Store.of_workspace(home).audit_log(1)[0]
    assert (entry["action"], entry["subject"]) == ("taken_in", "faulty/areas-v2.csv")
    assert list((home / "uploads").iterdir()) == []


def test_another_systems_export_is_compared_and_not_taken_in(
    client: FlaskClient, home: Path
) -> None:
    columns = ("incident_code", "incident_type", "against_civilians", "occurred_on", "area_code")
    constants = {"date_precision": "day", "location_precision": "exact"}
    constants |= {"reported_by": "ngo", "verification": "reported"}
    mapped = {name: {"from": name} for name in columns}
    mapped |= {name: {"constant": value} for name, value in constants.items()}
    entry = {"source": "sage", "files": ["sage*.csv"], "reader": "csv"}
    mapping = {**entry, "tables": [{"table": "incidents", "columns": mapped}]}
    write_mapping(mapping, home / "missions" / "faulty" / "sources" / "sage.yaml")
    text = f"{','.join(columns)}\nS-1,killing,yes,2026-03-01,XX01\n"
    assert 'value="compare"' not in drop(client, "areas-v2.csv", CHANGED).text
    for lang, sheet in (("en", "In the file only"), ("fr", "Dans le fichier seulement")):
        shown = drop(client, "sage_1.csv", text, lang)
        assert 'value="compare"' in shown.text
        book = post(client, lang, step="compare", held=held(shown))
        (_, *rows) = load_workbook(io.BytesIO(book.data))[sheet].iter_rows(values_only=True)
        assert [row[0] for row in rows] == ["S-1"]
    assert waiting(home) == []


def test_a_file_that_waits_is_not_replaced_and_a_discarded_one_is_gone(
    client: FlaskClient, home: Path
) -> None:
    post(client, step="take_in", held=held(drop(client, "areas-v2.csv", CHANGED)))
    second = post(client, step="take_in", held=held(drop(client, "areas-v2.csv", KNOWN)))
    assert second.status_code == 409
    assert (home / "inbox/faulty/areas-v2.csv").read_text(encoding="utf-8") == CHANGED
    post(client, step="discard", held=held(drop(client, "areas_3.csv", CHANGED)))
    assert post(client, step="take_in", held="0" * 32).status_code == 410
    assert waiting(home) == ["areas-v2.csv"]


def test_a_file_that_waits_is_taken_out_and_kept(client: FlaskClient, home: Path) -> None:
    token = held(drop(client, "areas_2.csv", CHANGED))
    post(client, held=token, step="take_in")
    assert "areas_2.csv" in client.get(upload.ROUTE).text
    gone = post(client, step="take_out", name="../areas_2.csv")
    assert gone.status_code == 410 and waiting(home) == ["areas_2.csv"]
    answer = post(client, "fr", step="take_out", name="areas_2.csv")
    assert answer.status_code == 200 and "retiré de la boîte de réception" in spaced(answer.text)
    (kept,) = (home / "inbox" / "faulty" / ".taken_out").rglob("areas_2.csv")
    assert kept.read_text(encoding="utf-8") == CHANGED
    assert str(kept.relative_to(home)) in answer.text
    assert taken_in(home) == []
    assert post(client, step="take_out", name="areas_2.csv").status_code == 410


def test_an_unknown_file_shows_its_proposal_and_is_mapped_as_a_person_completed_it(
    client: FlaskClient, home: Path
) -> None:
    text = "Code de la zone;Niveau;Nom (anglais);Nom (français);parent_area_code;Saisie;Autre\n"
    text += "XX04;district nord;East;Est;XX;2024-01-01;Orient\n"
    shown = drop(client, "découpage.csv", text, "fr")
    assert "Correspondance proposée" in shown.text and "Code de la zone" in shown.text
    assert chosen(shown, "header.name_en") == "Nom (anglais)"
    refused = post(client, step="take_in", held=held(shown), of_table="areas")
    assert refused.status_code == 409  # nothing says since when
    answers = {"of_table": "areas", "header.valid_from": "Saisie", "header.name_en": "Autre",
               "code.area_level.district nord": "admin1"}  # fmt: skip
    again = post(client, "fr", held=held(shown), **answers)
    assert chosen(again, "header.name_en") == "Autre" and "Orient" in again.text
    assert chosen(again, "code.area_level.district nord") == "admin1"
    assert counts(again) == [1, 1, 0, 0, 0]
    assert post(client, step="take_in", held=held(again), **answers).status_code == 200
    assert waiting(home) == ["découpage.csv"]
    assert counts(drop(client, "découpage.csv", text)) == [1, 0, 0, 1, 0]  # beside what waits


def test_a_place_that_the_files_name_tells_is_offered_to_be_confirmed(client: FlaskClient) -> None:
    text = "Ref,Date,Type,Killed\nA-1,2026-04-13,Murder,2\nA-2,2026-04-14,Murder,1\n"
    for lang, told in (("en", "please confirm"), ("fr", "à confirmer")):
        shown = drop(client, "North_incidents.csv", text, lang)
        assert chosen(shown, "constant.area_code") == "XX01" and told in shown.text
    said = post(client, held=held(shown), of_table="incidents", **{"constant.area_code": "XX"})
    assert chosen(said, "constant.area_code") == "XX" and "please confirm" not in said.text


def test_what_was_shown_is_shown_again_in_the_other_language(client: FlaskClient) -> None:
    """With all that was answered: the buttons of the language send the form again."""
    text = "Ref,Date,Type,Killed\nA-1,2026-04-13,Murder,2\n"
    shown = drop(client, "North_incidents.csv", text)
    (button,) = re.findall(r'<button class="segment"[^>]* lang="fr"[^>]*>', shown.text)
    assert 'form="decide" name="step" value="preview"' in button
    assert f'formaction="{upload.ROUTE}?lang=fr"' in button
    said = {"of_table": "incidents", "constant.area_code": "XX"}
    again = post(client, "fr", held=held(shown), step="preview", **said)
    assert chosen(again, "constant.area_code") == "XX" and "Correspondance proposée" in again.text
    assert client.get(f"{upload.ROUTE}?lang=fr").text.count('<button class="segment"') == 0


def test_a_text_that_stands_for_nothing_is_no_mistake(client: FlaskClient) -> None:
    text = "area_code;area_level;name_en;name_fr;parent_area_code;valid_from;valid_to\n"
    rows = [f"XX0{n};admin1;East;Est;XX;2024-01-01;{'2025-01-01' if n < 8 else 'non encore'}"
            for n in range(5, 9)]  # fmt: skip
    shown = drop(client, "zones.csv", text + "\n".join(rows), "fr")
    assert counts(shown)[-1] == 1 and "tient lieu de vide" in shown.text
    said = {"of_table": "areas", "laid": "yes", "missing": "non encore"}
    again = post(client, "fr", held=held(shown), **said)
    assert counts(again) == [4, 4, 0, 0, 0] and "tient lieu de vide" not in again.text


def test_one_refused_answer_is_marked_and_all_others_stay(client: FlaskClient, home: Path) -> None:
    text = "Ref,Kind,Day,County\nA-1,murder,2026-04-03,North\nA-2,theft,2026-04-04,South\n"
    shown = drop(client, "listing.csv", text)
    said = {
        "table": "incidents", "of_table": "incidents", "laid": "yes", "files": "listing*.csv",
        "header.incident_code": "Ref", "header.incident_type": "Kind", "header_row": "99",
        "header.occurred_on": "Day", "header.area_code": "County",
        "code.incident_type.murder": "killing", "constant.reported_by": "ngo",
    }  # fmt: skip
    refused = post(client, held=held(shown), **said)
    assert refused.status_code == 400
    assert chosen(refused, "header.incident_code") == "Ref"
    assert chosen(refused, "code.incident_type.murder") == "killing"
    assert chosen(refused, "constant.reported_by") == "ngo"
    (marked,) = re.findall(r'<[a-z]+ [^>]*aria-invalid="true"[^>]*>', refused.text)
    assert 'name="header_row"' in marked and "refused: “99”" in refused.text
    twice = said | {"header_row": "1", "step": "take_in"}  # required columns are open: refused
    again = post(client, held=held(refused), **twice)
    assert again.status_code == 409 and waiting(home) == []
    assert chosen(again, "code.incident_type.murder") == "killing"
    assert 'aria-invalid="true"' not in again.text


def test_a_mapping_is_made_anew_for_a_file_that_waits(client: FlaskClient, home: Path) -> None:
    text = f"{AREAS}XX02,XX,admin1,South,Sud,2024-01-01\n"
    first = drop(client, "areas_2.csv", text)
    assert 'name="anew"' in first.text and "header.name_en" not in first.text
    assert post(client, step="take_in", held=held(first)).status_code == 200
    again = post(client, held=held(drop(client, "areas_2.csv", text)), anew="yes")
    assert chosen(again, "header.name_en") == "name_en"
    said = {"of_table": "areas", "header.name_en": "name_fr", "anew": "yes",
            "header.name_fr": "name_fr", "files": "areas*.csv"}  # fmt: skip
    shown = post(client, held=held(again), **said)
    assert chosen(shown, "header.name_en") == "name_fr" and counts(shown) == [1, 1, 0, 0, 0]
    assert post(client, step="take_in", held=held(shown), **said).status_code == 200
    assert waiting(home) == ["areas_2.csv"]  # once: it is the same file
    sources = Workspace(home).profile("faulty") / "sources"
    assert [path.name for path in sources.glob("*.yaml")] == ["areas.yaml"]
    assert "name_en:\n      from: name_fr" in (sources / "areas.yaml").read_text("utf-8")
    history = sources.parent / "mapping_history" / "areas.yaml"
    assert history.read_text("utf-8").count("- at:") == 2


def test_a_session_that_has_ended_costs_no_answer(client: FlaskClient, home: Path) -> None:
    shown = drop(client, "listing.csv", "Ref,Kind\nA-1,murder\n")
    said = {"table": "incidents", "of_table": "incidents", "header.incident_type": "Kind",
            "code.incident_type.murder": "killing"}  # fmt: skip
    stale = post(client, held=held(shown), token="of another session", step="take_in", **said)
    assert stale.status_code == 400 and "session has ended" in stale.text
    assert chosen(stale, "code.incident_type.murder") == "killing"
    again = post(client, held=held(stale), **said)
    assert again.status_code == 200 and chosen(again, "code.incident_type.murder") == "killing"


def test_what_is_asked_is_asked_no_more_once_it_is_answered(client: FlaskClient) -> None:
    shown = drop(client, "listing.csv", "Ref,Kind,Seen,County\nA-1,killing,2026-04-03,North\n")
    said = {"table": "incidents", "of_table": chosen(shown, "table"), "laid": "yes",
            "header.incident_code": "Ref", "header.incident_type": "Kind",
            "header.occurred_on": "Seen", "header.area_code": "County"}  # fmt: skip
    asked = post(client, held=held(shown), **said)
    assert "The first rows below are what the table needs" in asked.text
    said |= {"of_table": "incidents", "constant.against_civilians": "true",
             "constant.date_precision": "day", "constant.reported_by": "ngo",
             "constant.verification": "reported"}  # fmt: skip
    answered = post(client, held=held(asked), **said)  # how precise places are is proposed
    assert "The first rows below are what the table needs" not in answered.text
    assert counts(answered) == [1, 1, 0, 0, 0] and "3\u00a0Apr\u00a02026" in answered.text


def test_another_table_is_proposed_where_a_person_says_so(client: FlaskClient) -> None:
    shown = drop(client, "liste.csv", "Code de la zone,Nom (anglais)\nXX05,West\n")
    answers = {"table": "units", "of_table": chosen(shown, "table"), "header.name_en": "x"}
    again = post(client, held=held(shown), **answers)
    assert again.status_code == 200 and chosen(again, "table") == "units"
    assert 'name="header.unit_code"' in again.text


RENAMED = CHANGED.replace("name_en", "Name (English)").replace("valid_from", "seen,remark")


def test_a_changed_file_is_told_as_differences_and_its_mapping_mended(
    client: FlaskClient, home: Path
) -> None:
    lines = RENAMED.replace("2024-01-01", "2024-01-01,none")
    shown = drop(client, "areas-v2.csv", lines)
    assert "is now called &#39;Name (English)&#39;" in shown.text
    assert "&#39;valid_from&#39; is gone" in shown.text and "rows read" not in shown.text
    assert 'value="take_in"' not in shown.text  # nobody said what became of valid_from
    said = {"successor.valid_from": "seen", "mend": "yes"}
    again = post(client, held=held(shown), **said)
    assert counts(again) == [2, 1, 1, 0, 0] and "column &#39;remark&#39; is new" in again.text
    mapping = home / "missions/faulty/sources/areas.yaml"
    before = mapping.read_text(encoding="utf-8")
    assert post(client, step="take_in", held=held(again), **said).status_code == 200
    assert mapping.read_text(encoding="utf-8") != before
    assert waiting(home) == ["areas-v2.csv"]
    assert counts(drop(client, "areas_3.csv", lines)) == [2, 0, 0, 2, 0]


def test_a_mapping_is_shown_as_it_is_kept_with_its_history(client: FlaskClient, home: Path) -> None:
    first = drop(client, "areas-v2.csv", CHANGED + WRONG)
    assert "admin2" not in first.text.split('id="mapping"')[1].split("</section>")[0]
    said = {"mend": "yes", "meant.areas.area_level.village": "admin2"}
    assert post(client, step="take_in", held=held(first), **said).status_code == 200
    written = (home / "missions/faulty/sources/areas.yaml").read_text(encoding="utf-8")
    for lang, made in (("en", "Made or changed on "), ("fr", "Faite ou modifiée le ")):
        shown = drop(client, "areas_3.csv", CHANGED, lang)
        card = html.unescape(shown.text.split('id="mapping"')[1].split("</section>")[0])
        yaml_of, latest, made_first = re.findall(r"<pre[^>]*>(.*?)</pre>", card, re.S)
        assert yaml_of == written and card.count(made) == 2
        assert "+        village: admin2" in latest and "-" not in latest.split("+")[0]
        assert "+source: areas" in made_first


def test_a_proposed_mapping_is_shown_as_it_would_be_kept(client: FlaskClient, home: Path) -> None:
    text = "Code de la zone,Nom (anglais)\nXX05,West\n"
    shown = drop(client, "liste.csv", text)
    card = html.unescape(shown.text.split('id="mapping"')[1].split("</section>")[0])
    assert "name_en:\n      from: Nom (anglais)" in card and "Made or changed" not in card


def test_new_texts_of_a_code_are_mended_or_left_to_be_rejected(
    client: FlaskClient, home: Path
) -> None:
    shown = drop(client, "areas-v2.csv", CHANGED + WRONG)
    meant = "meant.areas.area_level.village"
    assert counts(shown)[-1] == 1 and chosen(shown, meant) == ""
    mended = post(client, held=held(shown), mend="yes", **{meant: "admin2"})
    assert counts(mended) == [3, 2, 1, 0, 0] and chosen(mended, meant) == "admin2"
    before = (home / "missions/faulty/sources/areas.yaml").read_bytes()
    as_it_is = post(client, held=held(shown), **{meant: "admin2"})
    assert counts(as_it_is)[-1] == 1
    assert post(client, step="take_in", held=held(shown)).status_code == 200
    assert (home / "missions/faulty/sources/areas.yaml").read_bytes() == before
    again = drop(client, "areas-v2.csv", CHANGED + WRONG)  # this very file waits already
    said = {"mend": "yes", meant: "admin2"}
    assert post(client, step="take_in", held=held(again), **said).status_code == 200
    assert (home / "missions/faulty/sources/areas.yaml").read_bytes() != before
    assert waiting(home) == ["areas-v2.csv"]


def test_a_new_text_is_told_by_words_and_shown_again_without_a_tick(client: FlaskClient) -> None:
    shown = drop(client, "areas-v2.csv", CHANGED + WRONG, "fr")
    assert "Niveau : « village » est nouveau" in spaced(shown.text)
    assert "areas.area_level :" not in spaced(shown.text)
    answers = {"mend": "yes", "meant.areas.area_level.village": "admin2"}
    mended = post(client, "fr", held=held(shown), **answers)
    assert "il est lu comme Niveau administratif 2." in spaced(mended.text)
    again = re.search(r'<button[^>]*value="preview"[^>]*>', shown.text)
    assert again is not None and "formnovalidate" in again[0]


def spaced(text: str) -> str:
    return re.sub("[\u00a0\u202f]", " ", html.unescape(text))


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
    monkeypatch.setattr(held_page, "LARGEST_MB", 0.001)
    assert drop(client, "areas-v2.csv", CHANGED * 20).status_code == 413


def test_only_officers_take_files_in_and_never_without_the_forms_token(
    client: FlaskClient, home: Path
) -> None:
    assert post(client, token="", file=(io.BytesIO(b"x"), "areas-v2.csv")).status_code == 400
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
        if drop(client, "areas-v2.csv", CHANGED).status_code == 200:
            allowed.append(role)
        client.delete_cookie("session")
    assert allowed == ["officer"]


MANY = "".join(f"XX{at:02},XX,admin1,North {at},Nord,2024-01-01\n" for at in range(2, 62))


def areas_of(home: Path) -> int:
    workspace = Workspace(home)
    with open_warehouse(workspace.warehouse("faulty")) as connection:
        ((rows,),) = connection.execute("SELECT count(*) FROM core.areas").fetchall()
    return int(rows)


def taken_in(home: Path) -> list[str]:
    """What an intake makes of what waits."""
    workspace = Workspace(home)
    mission = read_mission(workspace.profile("faulty"))
    return [report.status for report in ingest(workspace, mission, settled=0).files]


@pytest.mark.parametrize(
    ("lang", "asked"), [("en", "take out 59 of its 60 rows"), ("fr", "retirerait 59 lignes sur 60")]
)
def test_a_full_export_that_states_less_is_taken_in_where_a_person_says_so(
    client: FlaskClient, home: Path, lang: str, asked: str
) -> None:
    path = home / "missions/faulty/sources/areas.yaml"
    mapping = path.read_text(encoding="utf-8").replace("sender: series", "supersedes: all")
    path.write_text(mapping, encoding="utf-8")
    post(client, step="take_in", held=held(drop(client, "areas_2.csv", KNOWN + MANY)))
    assert taken_in(home)[-1] == "loaded" and areas_of(home) == 62
    less = KNOWN + MANY.splitlines()[0] + "\n"
    shown = drop(client, "areas_3.csv", less, lang)
    assert asked in shown.text and 'name="meant"' in shown.text
    assert counts(shown) == [3, 0, 0, 3, 0, 59]  # what it would bring, once somebody says yes
    post(client, lang, step="take_in", held=held(shown))
    assert taken_in(home)[-1] == "held" and areas_of(home) == 62  # nobody said so
    shown = drop(client, "areas_3.csv", less, lang)
    assert asked in shown.text
    post(client, lang, step="take_in", held=held(shown), meant="yes")
    assert taken_in(home)[-1] == "loaded" and areas_of(home) == 3
    assert not list((home / "inbox/faulty").glob(".*"))
    assert '"meant"' in str(Store.of_workspace(home).audit_log(1)[0]["detail"])
    back = drop(client, "areas_2.csv", KNOWN + MANY, lang)  # a version that was replaced
    assert 'name="meant"' in back.text
    post(client, lang, step="take_in", held=held(back), meant="yes")
    assert taken_in(home)[-1] == "loaded" and areas_of(home) == 62


def test_a_yes_holds_for_the_very_file_that_was_shown(client: FlaskClient, home: Path) -> None:
    path = home / "missions/faulty/sources/areas.yaml"
    mapping = path.read_text(encoding="utf-8").replace("sender: series", "supersedes: all")
    path.write_text(mapping, encoding="utf-8")
    (home / "inbox/faulty/areas_2.csv").write_text(KNOWN + MANY, encoding="utf-8")
    taken_in(home)
    less = KNOWN + MANY.splitlines()[0] + "\n"
    post(client, step="take_in", held=held(drop(client, "areas_3.csv", less)), meant="yes")
    (home / "inbox/faulty/areas_3.csv").write_text(less + "\n", encoding="utf-8")
    assert taken_in(home)[-1] == "held" and areas_of(home) == 62


def test_a_text_that_no_list_holds_is_asked_with_a_free_answer(
    client: FlaskClient, home: Path
) -> None:
    text = ("Benchmark code;Trimestre;State\n"
            "B1;T3 2026;met\n"
            "B2;Fin de l'année;met\n")  # fmt: skip
    shown = drop(client, "benchmarks.csv", text, "fr")
    name = "code.quarter.Fin de l&#39;année"
    assert f'<input form="decide" name="{name}" value=""' in shown.text
    assert counts(shown)[4] == 1
    said = {"table": "benchmarks", html.unescape(name): "2026-Q4"}
    told = post(client, held=held(shown), **said)
    assert counts(told)[4] == 0
    assert "2026-Q4" in told.text and "2026-Q3" in told.text


def choose(home: Path, code: str) -> None:
    """The mission measures one indicator."""
    path = home / "missions" / "faulty" / "mission.yaml"
    text = path.read_text(encoding="utf-8")
    path.write_text(text.replace("indicators: []", f"indicators: [{{code: {code}}}]"))


def test_outlines_change_the_mission_after_a_look_and_are_no_file_of_rows(
    client: FlaskClient, home: Path
) -> None:
    choose(home, "D-OC-06")
    ring = [[20, 0], [21, 0], [21, 1], [20, 1], [20, 0]]
    feature = {"type": "Feature", "properties": {"area_code": "XX01"},
               "geometry": {"type": "Polygon", "coordinates": [ring]}}  # fmt: skip
    drawn = json.dumps({"type": "FeatureCollection", "features": [feature]})
    sent = drop(client, "corrected.geojson", drawn, "fr")
    assert sent.status_code == 303
    shown = client.get(sent.location)
    assert "corrected.geojson contient des contours et non des lignes" in shown.text
    assert "Contour de XX01" in shown.text and waiting(home) == []
    hidden = dict(re.findall(r'name="(token|ground|held_outlines)" value="([^"]+)"', shown.text))
    typed = dict(
        re.findall(r'<input type="(?:text|date)" name="(\w+)" value="([^"]*)"', shown.text)
    )
    long = dict(re.findall(r'<textarea name="(\w+)"[^>]*>([^<]*)', shown.text))
    chosen = re.findall(r'name="indicator" value="([^"]+)" checked', shown.text)
    fields = {**{name: html.unescape(text) for name, text in (typed | long).items()}, **hidden}
    fields |= {"indicator": chosen, "budget_year": "yes"}
    if 'name="is_fictional" value="yes" checked' in shown.text:
        fields["is_fictional"] = "yes"
    again = client.post(sent.location, data=fields | {"step": "preview"})
    (button,) = re.findall(r'<button class="segment"[^>]* lang="en"[^>]*>', again.text)
    assert 'form="mission" name="step" value="preview"' in button and "lang=en" in button
    assert "Contour de XX01" in again.text
    answer = client.post(sent.location, data=fields | {"step": "write"})
    assert answer.status_code == 200 and "La mission est modifiée" in answer.text
    assert (home / "missions" / "faulty" / "areas.geojson").read_text() == drawn
    entry = Store.of_workspace(home).audit_log(1)[0]
    assert (entry["action"], entry["subject"]) == ("mission_changed", "faulty")
    assert "mission modifiée" in client.get("/records/log?lang=fr").text
    gone = client.get("/records/mission/change?mission=nobody")
    assert gone.status_code == 404


def test_the_step_of_a_made_mission_leads_to_the_form_with_what_stands(
    client: FlaskClient, home: Path
) -> None:
    choose(home, "P2-OP-01")
    steps = client.get("/records/steps?lang=en").text
    link = re.search(r'href="(/records/mission/change[^"]*)"', steps)
    assert link is not None
    mission = read_mission(home / "missions" / "faulty")
    form = client.get(html.unescape(link[1])).text
    assert f'name="name_en" value="{mission.name.en}"' in form
    assert f'name="starts_on" value="{mission.starts_on}"' in form
    chosen = re.findall(r'name="indicator" value="([^"]+)" checked', form)
    assert set(chosen) == {one.code for one in mission.indicators}


def test_what_a_run_printed_in_the_other_language_is_folded_away_and_named(
    client: FlaskClient, home: Path
) -> None:
    folder = home / "runs" / "faulty" / "000001"
    folder.mkdir(parents=True)
    asked = {"kind": "refresh", "mission": "faulty", "options": [], "who": "local",
             "language": "en", "at": "2026-11-30T06:00:00+00:00"}  # fmt: skip
    (folder / "asked.json").write_text(json.dumps(asked), encoding="utf-8")
    (folder / "told.txt").write_text("12 values computed.\n", encoding="utf-8")
    (folder / "code").write_text("0", encoding="utf-8")
    pages = {
        lang: client.get(f"/records/run?mission=faulty&lang={lang}").text for lang in LANGUAGES
    }
    assert all('<li class="as-written">12 values computed.</li>' in one for one in pages.values())
    told = "<summary>Tel que lancé et écrit (English)</summary>"
    assert told in pages["fr"] and "<details" not in pages["en"]


def shown_in_french(client: FlaskClient, answer: TestResponse, **sent: object) -> TestResponse:
    """What a press on FR answers on a page that was sent in English."""
    (button,) = re.findall(r'<button class="segment"[^>]* lang="fr"[^>]*>', answer.text)
    form, address = (re.search(rf' {name}="([^"]+)"', button)[1] for name in ("form", "formaction"))
    own = re.search(rf'<form id="{form}".*?</form>', answer.text, re.S)
    hidden = dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)"', own[0]))
    return client.post(html.unescape(address), data={**hidden, **sent, "step": "preview"})


def test_what_hinders_a_mission_is_told_in_the_other_language_with_what_was_typed(
    client: FlaskClient, home: Path
) -> None:
    page = client.get("/records/mission?lang=en").text
    token = re.search(r'name="token" value="([^"]+)"', page)[1]
    long = dict(re.findall(r'<textarea name="(\w+)"[^>]*>([^<]*)', page))
    typed = {name: html.unescape(text) for name, text in long.items()} | {
        "name_en": "Own", "name_fr": "Propre", "code": "own", "country_en": "Land",
        "country_fr": "Pays", "country_code": "LD", "starts_on": "2026-01-01",
        "time_zone": "Africa/Bangi", "indicator": "D-OC-06",
    }  # fmt: skip
    areas = "area_code,area_name,area_level,parent_area_code\nLD01,North,admin1,LD\n"
    sent = {**typed, "token": token, "areas": (io.BytesIO(areas.encode()), "places.csv")}
    answer = client.post("/records/mission?lang=en", data=sent)
    assert answer.status_code == 400 and "Africa/Bangui" in answer.text
    french = shown_in_french(client, answer, **typed)
    assert french.status_code == 400 and "Fuseau horaire" in french.text
    assert "Africa/Bangui" in french.text and 'value="Propre"' in french.text
    assert "places.csv" in french.text  # the file waits still
    known = sorted(path.name for path in (home / "missions").iterdir())
    looked_at = shown_in_french(client, answer, **typed | {"time_zone": "Africa/Bangui"})
    assert "own" not in [path.name for path in (home / "missions").iterdir()]
    assert sorted(path.name for path in (home / "missions").iterdir()) == known
    assert looked_at.status_code == 200, "nothing hinders it, and only Make makes it"


def test_what_is_wrong_in_a_workbook_of_targets_is_told_in_the_other_language(
    client: FlaskClient, home: Path
) -> None:
    choose(home, "D-OC-06")
    page = client.get("/records/profile?lang=en").text
    token = re.search(r'name="token" value="([^"]+)"', page)[1]
    book = (io.BytesIO(b"no workbook"), "targets.xlsx")
    sent = {"token": token, "mission": "faulty", "file": book, "step": "show"}
    answer = client.post("/records/profile?lang=en", data=sent)
    assert answer.status_code == 400
    told = re.search(r'role="alert"><ul>(.*?)</ul>', answer.text, re.S)[1]
    french = shown_in_french(client, answer)
    again = re.search(r'role="alert"><ul>(.*?)</ul>', french.text, re.S)[1]
    assert french.status_code == 400 and 'lang="fr"' in french.text and again != told
