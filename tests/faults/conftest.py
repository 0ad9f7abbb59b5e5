"""The mission for faults, made once and copied for each test."""

from pathlib import Path

import pytest

from indicators.definitions.mission_profile import Mission, read_mission
from pipelines.workspace.paths import Workspace
from pipelines.workspace.warehouse.connection import open_warehouse
from tests.pipelines.killing import copied
from tests.worlds.mission.own_names import make_workspace


@pytest.fixture(scope="session")
def faulty_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The workspace of the mission for faults with an empty warehouse, made once."""
    workspace, _ = make_workspace(tmp_path_factory.mktemp("faulty"))
    with open_warehouse(workspace.warehouse("faulty")):
        return workspace.home


@pytest.fixture
def faulty(faulty_template: Path, tmp_path: Path) -> tuple[Workspace, Mission]:
    """A fresh workspace of the mission for faults."""
    workspace = copied(Workspace(faulty_template), tmp_path / "faulty")
    return workspace, read_mission(workspace.profile("faulty"))
