"""Publishing by a second person: refused without one, and who approved stands where it is kept."""

import json
from pathlib import Path

import pytest

from indicators.definitions.mission_profile import Mission, read_mission
from indicators.foundation.errors import WrongUse
from pipelines.release import second_person
from pipelines.workspace.paths import Workspace
from records import accounts
from records.store import Store, utc_now
from tests.worlds.mission.figures import MISSION, PERIOD, publish_again

PASSWORD = "a long enough password"


@pytest.fixture
def mission(workspace: Workspace) -> Mission:
    """The mission, its profile asking for a second person, and people with accounts."""
    path = workspace.profile(MISSION) / "mission.yaml"
    text = path.read_text(encoding="utf-8")
    path.write_text(f"{text}\nsecond_person_publishes: true\n", encoding="utf-8")
    store = Store.of_workspace(workspace.home)
    for name, role in (
        ("anna", "approver"),
        ("olga", "officer"),
        (second_person.user(), "approver"),
    ):
        accounts.add(store, name, role, PASSWORD, "test", utc_now())
    return read_mission(workspace.profile(MISSION))


def approve(workspace: Workspace, mission: Mission, name: str, password: str = PASSWORD) -> None:
    second_person.approve(workspace.home, mission, PERIOD, name, password)


def test_a_second_person_approves_and_is_named(workspace: Workspace, mission: Mission) -> None:
    second_person.note_computed(workspace.home, mission)
    with pytest.raises(WrongUse, match="second person"):
        publish_again(workspace)
    approve(workspace, mission, "anna")
    release = publish_again(workspace)
    manifest = json.loads((Path(release.path) / "manifest.json").read_text(encoding="utf-8"))
    assert manifest["publication_approved_by"] == "anna"
    entries = Store.of_workspace(workspace.home).audit_log(9)
    assert ("anna", f"{MISSION}/{PERIOD}") in [
        (entry["who"], entry["subject"])
        for entry in entries
        if entry["action"] == "publication_approved"
    ]


def test_an_approval_ends_with_the_next_computation(workspace: Workspace, mission: Mission) -> None:
    second_person.note_computed(workspace.home, mission)
    approve(workspace, mission, "anna")
    second_person.note_computed(workspace.home, mission)
    with pytest.raises(WrongUse, match="second person"):
        publish_again(workspace)


def test_nobody_else_approves(workspace: Workspace, mission: Mission) -> None:
    with pytest.raises(WrongUse, match="who computed"):
        approve(workspace, mission, "anna")
    second_person.note_computed(workspace.home, mission)
    with pytest.raises(WrongUse, match="computed this draft or publishes it"):
        approve(workspace, mission, second_person.user())
    with pytest.raises(WrongUse, match="may not approve"):
        approve(workspace, mission, "olga")
    for name, password in (("anna", "another long password"), ("nobody", PASSWORD)):
        with pytest.raises(WrongUse, match="password is wrong"):
            approve(workspace, mission, name, password)
