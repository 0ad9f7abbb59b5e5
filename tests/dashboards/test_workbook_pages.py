"""Workbooks by the pages: templates filled in come back by themselves, profiles after a look."""

import io
import re
import shutil
from pathlib import Path

import openpyxl
import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from dashboards.forms.intake.profile import FILE_ROUTE, ROUTE
from dashboards.serving.app import create_app
from indicators.definitions.contracts import contracts
from indicators.definitions.mission_profile import read_mission
from indicators.foundation.data_folder import data_folder
from pipelines.ingest.inbox import ingest
from pipelines.setup.proposal.desk import open_desk
from pipelines.workspace.paths import Workspace
from pipelines.workspace.warehouse.connection import open_warehouse
from records.store import Store
from tests.worlds.mission.own_names import make_workspace

PLAN = {
    "plan_line_code": "L-1", "plan_version": 1, "budget_year": "2026/27",
    "activity_type": "patrol", "area_code": "XX",
    "planned_quantity": 4, "quantity_unit": "activity",
}  # fmt: skip


def filled(content: bytes, rows: list[dict[str, object]]) -> bytes:
    """A template with these cells written into its first rows."""
    book = openpyxl.load_workbook(io.BytesIO(content))
    sheet = book.worksheets[0]
    heads = [cell.value for cell in sheet[2]]
    for number, row in enumerate(rows, start=3):
        for name, value in row.items():
            sheet.cell(number, heads.index(name) + 1).value = value
    written = io.BytesIO()
    book.save(written)
    return written.getvalue()


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    """A mission with no source at all."""
    made, _ = make_workspace(tmp_path / "ws")
    for path in (made.profile("faulty") / "sources").glob("*.yaml"):
        path.unlink()
    return made


def template(client: FlaskClient, table: str, language: str = "en", **more: str) -> TestResponse:
    query = {"table": table, "in": language, **more}
    return client.get("/records/templates/file", query_string=query)


def test_what_is_filled_into_a_template_of_a_unit_and_month_comes_back_without_a_mapping(
    workspace: Workspace,
) -> None:
    client = create_app(workspace.home, desk=open_desk(workspace.home)).server.test_client()
    area = {"area_code": "XX", "area_level": "country", "name_en": "Country", "name_fr": "Pays",
            "valid_from": "2024-01-01"}  # fmt: skip
    unit = {"unit_code": "FPU-1", "unit_name": "First", "component": "police",
            "unit_type": "FPU", "valid_from": "2024-01-01"}  # fmt: skip
    of_unit = {"unit": "FPU-1", "month": "2026-10"}
    sent = {
        "areas": filled(template(client, "areas", "fr", **of_unit).data, [area]),
        "units": filled(template(client, "units").data, [unit]),
        "activity_plan": filled(template(client, "activity_plan", "fr", **of_unit).data, [PLAN]),
        "reporting_returns": template(client, "reporting_returns", **of_unit).data,
    }
    for name, content in sent.items():
        (workspace.inbox("faulty") / f"as they call {name}.xlsx").write_bytes(content)
    report = ingest(workspace, read_mission(workspace.profile("faulty")), settled=0)
    loaded = {one.source: (one.rows_loaded, one.rows_rejected) for one in report.files}
    assert loaded == {
        "template_areas": (1, 0),
        "template_units": (1, 0),
        "template_activity_plan": (1, 0),  # 199 rows had unit and month alone
        "template_reporting_returns": (0, 0),
    }
    with open_warehouse(workspace.warehouse("faulty")) as connection:
        asked = "SELECT unit_code, month::VARCHAR FROM core.activity_plan"
        assert connection.execute(asked).fetchall() == [("FPU-1", "2026-10-01")]


def test_every_table_has_its_template_on_the_page_in_either_language(
    workspace: Workspace,
) -> None:
    client = create_app(workspace.home, desk=open_desk(workspace.home)).server.test_client()
    page = client.get("/records/templates?lang=fr").text
    assert "Modèles à remplir" in page
    listed = re.findall(r'<option value="(\w+)"', page)
    assert set(contracts()) - set(listed) == {"assessments", "recommendations"}
    answer = template(client, "activities", "fr", unit="FPU 1/a", month="2026-10")
    assert "activities_FPU-1-a_2026-10.xlsx" in answer.headers["Content-Disposition"]
    book = openpyxl.load_workbook(io.BytesIO(answer.data))
    assert "Codes" in book.sheetnames and book["Activités"]["A1"].value == (
        next(iter(contracts()["activities"].columns.values())).title.fr
    )
    wrong = template(client, "activities", month="October", lang="fr")
    assert wrong.status_code == 400 and "n’est pas un mois" in wrong.text
    assert template(client, "nothing").status_code == 404
    assert template(client, "activities", "de").status_code == 404


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """A workspace with the sample's profile."""
    folder = Workspace(tmp_path / "ws").profile("sample")
    shutil.copytree(data_folder() / "missions" / "sample", folder)
    return tmp_path / "ws"


def post(client: FlaskClient, query: str = "", **sent: object) -> TestResponse:
    token = re.search(r'name="token" value="([^"]+)"', client.get(ROUTE).text)
    fields = {"token": token[1] if token else "", "mission": "sample"}
    return client.post(ROUTE + query, data=fields | sent)


def with_target(client: FlaskClient, value: float) -> io.BytesIO:
    """The workbook that the page gives out, with another target of P1-OP-10."""
    content = client.get(f"{FILE_ROUTE}?mission=sample").data
    book = openpyxl.load_workbook(io.BytesIO(content))
    sheet = book["indicators"]
    heads = [cell.value for cell in sheet[2]]
    row = next(row for row in sheet.iter_rows(min_row=3) if row[0].value == "P1-OP-10")
    row[heads.index("target.value")].value = value
    written = io.BytesIO()
    book.save(written)
    written.seek(0)
    return written


def hidden(answer: TestResponse) -> dict[str, str]:
    found = re.findall(r'name="(held|ground)" value="([^"]+)"', answer.text)
    assert len(found) == 2, answer.text
    return dict(found)


def test_a_profile_is_changed_after_a_look_and_never_over_another_change(home: Path) -> None:
    client = create_app(home, desk=open_desk(home)).server.test_client()
    profile = Workspace(home).profile("sample") / "mission.yaml"
    before = profile.read_text(encoding="utf-8")
    shown = [post(client, file=(with_target(client, x), "plan.xlsx")) for x in (88.5, 77.25)]
    assert "P1-OP-10" in shown[0].text and "88.5" in shown[0].text
    assert profile.read_text(encoding="utf-8") == before
    in_french = post(client, "?lang=fr", file=(with_target(client, 1_234_567.5), "plan.xlsx"))
    assert "1\u202f234\u202f567,5" in in_french.text
    assert post(client, step="write", **hidden(shown[0])).status_code == 200
    goal = next(one for one in read_mission(profile.parent).indicators if one.code == "P1-OP-10")
    assert goal.target is not None and goal.target.value == 88.5
    entry = Store.of_workspace(home).audit_log(1)[0]
    assert (entry["action"], entry["subject"]) == ("profile_changed", "sample")
    written = profile.read_text(encoding="utf-8")
    refused = post(client, step="write", **hidden(shown[1]))  # shown before the first was written
    assert refused.status_code == 409 and "changed since" in refused.text
    assert profile.read_text(encoding="utf-8") == written != before
    same = post(client, file=(with_target(client, 88.5), "plan.xlsx"))
    assert "says what the profile says" in same.text


def test_what_is_wrong_in_a_workbook_is_told_by_cell_and_nothing_is_written(home: Path) -> None:
    client = create_app(home, desk=open_desk(home)).server.test_client()
    wrong = with_target(client, "many")  # type: ignore[arg-type]
    answer = post(client, file=(wrong, "plan.xlsx"))
    assert answer.status_code == 400 and "indicators" in answer.text and "many" in answer.text
    assert post(client, file=(io.BytesIO(b"no workbook"), "plan.xlsx")).status_code == 400
    assert post(client, token="", file=(with_target(client, 1), "a.xlsx")).status_code == 400
    # the two that were looked at wait to be told in the other language, an hour at most
    assert len([*(home / "uploads").iterdir()]) == 2
    logged = {entry["action"] for entry in Store.of_workspace(home).audit_log(9)}
    assert logged == {"download"}
