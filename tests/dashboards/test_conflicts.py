"""Two people at one record: the second sees the first's text beside the own one, none is lost."""

import re
import shutil
from collections.abc import Mapping
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from dashboards.serving.app import create_app
from records import cycle
from records.kinds import Recommendation
from records.kinds.threats import ThreatAssessment
from records.rights import LOCAL
from records.store import Store
from tests.worlds.release import MISSION

NOW = datetime(2026, 10, 2, tzinfo=UTC)
NEW = "/records/entry/threat_assessment?period=2026-Q3&area=MT"
KEY = "2026-Q3/MT0101/militia/looting"
THREAT = {
    "quarter": "2026-Q3", "area": "MT0101", "actor_type": "militia", "threat_type": "looting",
    "trend": "rising", "likelihood": "4", "narrative": "Of the first.",
}  # fmt: skip
FOLLOW_UP = "/records/recommend?indicator=P2-OC-05&period=2026-Q3&key=R-0001"
DONE = {"status": "done", "note": "Of the second.", "owner": "poc_adviser", "due_on": "2026-12-01"}


@pytest.fixture
def workspace(home: Path, tmp_path: Path) -> Path:
    """The release in a workspace of this test's own."""
    shutil.copytree(home, tmp_path / "workspace")
    return tmp_path / "workspace"


@pytest.fixture
def store(workspace: Path) -> Store:
    return Store.of_workspace(workspace)


@pytest.fixture
def client(workspace: Path) -> FlaskClient:
    """A browser at a machine without accounts."""
    return create_app(workspace).server.test_client()


def form_of(page: str) -> tuple[str, dict[str, str]]:
    """Where the form of a page is sent, and its hidden fields."""
    form = re.search(r'<form[^>]*action="([^"]+)"[^>]*data-draft.*?</form>', page, re.S)
    assert form is not None
    hidden = re.findall(r'type="hidden" name="(\w+)" value="([^"]*)"', form[0])
    return form[1].replace("&amp;", "&"), dict(hidden)


def send(client: FlaskClient, page: str, content: Mapping[str, str]) -> TestResponse:
    address, hidden = form_of(page)
    return client.post(address, data={**hidden, **content})


def test_the_same_new_threat_of_two_people(client: FlaskClient, store: Store) -> None:
    page = client.get(NEW).text  # opened by both
    assert send(client, page, THREAT).status_code == 303
    told = send(client, page, THREAT | {"narrative": "Of the second.", "likelihood": "2"})
    assert told.status_code == 409 and "local has recorded version 1" in told.text
    assert '<dd class="as-written">Of the first.</dd>' in told.text
    assert ">Of the second.</textarea>" in told.text
    both = send(client, told.text, THREAT | {"narrative": "Of both."})
    assert both.status_code == 303
    texts = [one.record.narrative for one in store.versions(MISSION, ThreatAssessment, KEY)]
    assert texts == ["Of the first.", "Of both."]
    saved = client.get(both.headers["Location"]).text  # the browser forgets the text of the new one
    assert f'data-saved="{MISSION}/threat_assessment/new"' in saved
    assert f'data-draft="{MISSION}/threat_assessment/{KEY}"' in saved


def test_what_was_refused_does_not_save_over_a_version_that_nobody_showed(
    client: FlaskClient, store: Store
) -> None:
    first = store.write(LOCAL, MISSION, ThreatAssessment.model_validate(THREAT), 0, NOW)
    page = client.get(f"{NEW}&key={KEY}").text
    store.write(LOCAL, MISSION, first.record.model_copy(update={"trend": "falling"}), 1, NOW)
    refused = send(client, page, {"trend": "rising", "narrative": ""})
    assert refused.status_code == 400
    assert send(client, refused.text, {"trend": "rising", "narrative": "Mine."}).status_code == 409
    assert len(store.versions(MISSION, ThreatAssessment, KEY)) == 2


def test_two_follow_up_one_recommendation(client: FlaskClient, store: Store) -> None:
    content = {
        "source_kind": "assessment", "source": "P2-OC-05/MT/2026-Q3", "area": "MT",
        "text": "Two more patrols.", "owner": "police_commissioner", "due_on": date(2026, 11, 30),
    }  # fmt: skip
    one = cycle.recommend(store, LOCAL, MISSION, content, NOW, ["MT"])
    page = client.get(FOLLOW_UP).text
    first = one.record.model_copy(update={"status": "under_way", "note": "Of the first."})
    cycle.follow_up(store, LOCAL, MISSION, first, 1, NOW, ["MT"])
    told = send(client, page, DONE)
    assert told.status_code == 409
    assert "Of the first.</dd>" in told.text and "under way</dd>" in told.text
    assert ">Of the second.</textarea>" in told.text
    assert send(client, told.text, DONE).status_code == 303
    states = [one.record.status for one in store.versions(MISSION, Recommendation, "R-0001")]
    assert states == ["open", "under_way", "done"]
