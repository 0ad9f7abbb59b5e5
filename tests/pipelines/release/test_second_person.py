"""Publishing by a second person: refused without one, and who approved stands where it is kept."""

import json
from pathlib import Path

import pytest

from indicators.definitions.mission_profile import Mission, read_mission
from indicators.foundation.errors import WrongUse
from pipelines.release.approval import second_person
from pipelines.workspace.paths import Workspace
from records.people import accounts
from records.store import Store, utc_now
from tests.worlds.mission.figures import MISSION, PERIOD, publish_again

PASSWORD = "a long enough password"


@pytest.fixture(autouse=True)
def nobody(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each test begins as a process in which nobody has signed in."""
    monkeypatch.setattr(second_person, "_acting", [])


@pytest.fixture
def mission(workspace: Workspace) -> Mission:
    """The mission, its profile asking for a second person, and people with accounts."""
    path = workspace.profile(MISSION) / "mission.yaml"
    text = path.read_text(encoding="utf-8")
    path.write_text(f"{text}\nsecond_person_publishes: true\n", encoding="utf-8")
    store = Store.of_workspace(workspace.home)
    for name, role in (
        ("anna", "approver"),
        ("berta", "approver"),
        ("olga", "officer"),
        (second_person.user(), "approver"),
    ):
        accounts.add(store, name, role, PASSWORD, "test", utc_now())
    return read_mission(workspace.profile(MISSION))


def approve(workspace: Workspace, mission: Mission, name: str, password: str = PASSWORD) -> None:
    second_person.approve(workspace.home, mission, PERIOD, name, password)


def act_as(workspace: Workspace, name: str) -> None:
    second_person.act_as(workspace.home, name, PASSWORD)


def test_a_second_person_approves_and_is_named(workspace: Workspace, mission: Mission) -> None:
    second_person.note_computed(workspace.home, mission)
    with pytest.raises(WrongUse, match="second person"):
        publish_again(workspace)
    with pytest.raises(WrongUse, match="who publishes signs in"):
        approve(workspace, mission, "anna")
    act_as(workspace, "olga")
    approve(workspace, mission, "anna")
    release = publish_again(workspace)
    manifest = json.loads((Path(release.path) / "manifest.json").read_text(encoding="utf-8"))
    assert manifest["publication_approved_by"] == "anna"
    told = json.loads((Path(release.path) / "publication.json").read_text(encoding="utf-8"))
    assert told["published_by"] == "olga"
    entries = Store.of_workspace(workspace.home).audit_log(9)
    assert ("anna", f"{MISSION}/{PERIOD}") in [
        (entry["who"], entry["subject"])
        for entry in entries
        if entry["action"] == "publication_approved"
    ]


def test_an_approval_ends_with_the_next_computation(workspace: Workspace, mission: Mission) -> None:
    act_as(workspace, "olga")
    second_person.note_computed(workspace.home, mission)
    approve(workspace, mission, "anna")
    second_person.note_computed(workspace.home, mission)
    with pytest.raises(WrongUse, match="second person"):
        publish_again(workspace)


def test_nobody_else_approves(workspace: Workspace, mission: Mission) -> None:
    act_as(workspace, "olga")
    with pytest.raises(WrongUse, match="who computed"):
        approve(workspace, mission, "anna")
    second_person.note_computed(workspace.home, mission)
    with pytest.raises(WrongUse, match="may not approve"):
        approve(workspace, mission, "olga")
    for name, password in (("anna", "another long password"), ("nobody", PASSWORD)):
        with pytest.raises(WrongUse, match="password is wrong"):
            approve(workspace, mission, name, password)


def test_accounts_are_compared_and_not_users_of_the_machine(
    workspace: Workspace, mission: Mission
) -> None:
    """All of these act by one user of the operating system, who has an account of that name."""
    act_as(workspace, "berta")
    second_person.note_computed(workspace.home, mission)
    act_as(workspace, "anna")
    for name in ("anna", "berta"):  # one publishes, the other computed
        with pytest.raises(WrongUse, match="computed this draft or publishes it"):
            approve(workspace, mission, name)
    approve(workspace, mission, second_person.user())
    publish_again(workspace)
    act_as(workspace, "berta")  # the approval was of another's publication
    with pytest.raises(WrongUse, match="second person"):
        publish_again(workspace)
