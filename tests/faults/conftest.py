"""A mission whose sources take every contract's columns under their own names."""

from pathlib import Path

import pytest
import yaml

from indicators.definitions.contracts import contracts
from indicators.definitions.mission_profile import Mission, read_mission
from pipelines.warehouse.connection import open_warehouse
from pipelines.workspace.paths import Workspace
from tests.pipelines.killing import copied
from tests.worlds.source_mappings import under_own_names

MISSION = """
mission: faulty
name: {en: Faulty, fr: Fautive}
country_area: XX
time_zone: Africa/Juba
starts_on: 2024-01-01
ends_on: 2026-12-31
boundaries: {en: None., fr: Aucune.}
reject_limit_pct: 100
indicators: []
"""


def make_workspace(home: Path, mission: str = MISSION) -> tuple[Workspace, Mission]:
    """A workspace with one mission and a source for each contract."""
    workspace = Workspace(home)
    profile = workspace.profile("faulty")
    (profile / "sources").mkdir(parents=True)
    workspace.inbox("faulty").mkdir(parents=True)
    (profile / "mission.yaml").write_text(mission, encoding="utf-8")
    for table, contract in contracts().items():
        text = yaml.safe_dump(under_own_names(table, contract.columns), sort_keys=False)
        (profile / "sources" / f"{table}.yaml").write_text(text, encoding="utf-8")
    return workspace, read_mission(profile)


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
