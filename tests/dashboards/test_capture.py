"""Rows captured in a form made from a contract arrive like those of a file, or it says why not."""

import re
from collections.abc import Mapping
from pathlib import Path

import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from dashboards.forms.capture import ROUTE
from dashboards.serving.app import create_app
from indicators.definitions.contracts import contracts
from indicators.definitions.mission_profile import read_mission
from pipelines.ingest.inbox import ingest
from pipelines.setup.proposal.desk import open_desk
from pipelines.workspace.paths import Workspace
from pipelines.workspace.warehouse.connection import open_warehouse
from tests.worlds.mission.own_names import make_workspace

AREA = {
    "area_code": "XX", "area_level": "country", "name_en": "Country", "name_fr": "Pays",
    "valid_from": "2024-01-01",
}  # fmt: skip
UNIT = {
    "unit_code": "FPU-1", "unit_name": "First", "component": "police", "unit_type": "FPU",
    "valid_from": "2024-01-01",
}  # fmt: skip
ALERT = {
    "alert_code": "A-1", "source_type": "community_network", "threat_type": "armed_attack",
    "level": "high", "area_code": "XX", "received_at": "2026-09-03T10:00", "action_needed": "true",
}  # fmt: skip
ACTIVITY = {
    "activity_code": "P-1", "activity_type": "patrol", "status": "completed", "tier": "II",
    "unit_code": "FPU-1", "phase": "prevention", "area_code": "XX", "location_precision": "exact",
    "started_at": "2026-09-03T10:00", "partner_components": ["military", "civil_affairs"],
}  # fmt: skip


@pytest.fixture(scope="module")
def workspace(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    """A mission with no source at all: what is captured needs no mapping."""
    made, _ = make_workspace(tmp_path_factory.mktemp("captured") / "ws")
    for path in (made.profile("faulty") / "sources").glob("*.yaml"):
        path.unlink()
    return made


@pytest.fixture(scope="module")
def client(workspace: Workspace) -> FlaskClient:
    return create_app(workspace.home, desk=open_desk(workspace.home)).server.test_client()


def capture(client: FlaskClient, table: str, sent: Mapping[str, object]) -> TestResponse:
    address = f"{ROUTE}?table={table}"
    token = re.search(r'name="token" value="([^"]+)"', client.get(address).text)
    assert token is not None
    return client.post(address, data={"token": token[1], "mission": "faulty", **sent})


def arrived(workspace: Workspace, table: str, columns: str) -> list[tuple[object, ...]]:
    mission = read_mission(workspace.profile("faulty"))
    ingest(workspace, mission, settled=0)
    with open_warehouse(workspace.warehouse("faulty")) as connection:
        return connection.execute(f"SELECT {columns} FROM core.{table}").fetchall()


def test_captured_rows_arrive_like_those_of_a_file(
    client: FlaskClient, workspace: Workspace
) -> None:
    for table, row in (("areas", AREA), ("units", UNIT)):
        assert capture(client, table, row).status_code == 200
        arrived(workspace, table, "*")
    for table, row in (("alerts", ALERT), ("activities", ACTIVITY)):
        answer = capture(client, table, row)
        assert answer.status_code == 200 and "is in the inbox" in answer.text
    assert arrived(workspace, "alerts", "level, strftime(received_at, '%d %H:%M')") == [
        ("high", "03 08:00")  # local time of the mission, kept as UTC
    ]
    columns = "partner_components, file_sha256 IN (SELECT file_sha256 FROM ops.input_file)"
    assert arrived(workspace, "activities", columns) == [(["military", "civil_affairs"], True)]
    wrong = capture(client, "alerts", {**ALERT, "alert_code": "A-2", "level": "urgent"})
    assert wrong.status_code == 400
    assert "&#39;urgent&#39; is not known in this column" in wrong.text
    assert 'value="A-2"' in wrong.text  # what was sent stands in the form
    assert list(workspace.inbox("faulty").iterdir()) == []


@pytest.mark.parametrize("lang", ["en", "fr"])
@pytest.mark.parametrize("table", ["activities", "incidents", "alerts"])
def test_a_form_has_every_column_but_those_kept_by_agreement(
    client: FlaskClient, table: str, lang: str
) -> None:
    text = client.get(f"{ROUTE}?table={table}&lang={lang}").text
    for name, column in contracts()[table].columns.items():
        assert (f'name="{name}"' in text) != column.needs_agreement, name
    assert client.get(f"{ROUTE}?table=nothing").status_code == 404


def test_a_form_without_its_token_takes_nothing_in(
    client: FlaskClient, workspace: Workspace
) -> None:
    answer = client.post(f"{ROUTE}?table=alerts", data={"mission": "faulty", **ALERT})
    assert answer.status_code == 400 and list(Path(workspace.inbox("faulty")).iterdir()) == []


def test_a_form_neither_empties_nor_replaces_a_row(
    client: FlaskClient, workspace: Workspace
) -> None:
    capture(client, "units", UNIT)  # refused where a test before captured it
    before = arrived(workspace, "units", "unit_code, unit_name")
    assert "empty" in capture(client, "units", {}).text
    answer = capture(client, "units", UNIT | {"unit_name": "Another"})
    assert answer.status_code == 400 and "is there already" in answer.text
    assert arrived(workspace, "units", "unit_code, unit_name") == before != []
