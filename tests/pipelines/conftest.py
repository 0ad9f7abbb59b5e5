"""The small mission, made once and copied for each test."""

import shutil
from pathlib import Path

import pytest

from pipelines.workspace.paths import Workspace
from tests.worlds.mission.delivered import SmallMission
from tests.worlds.mission.mappings import AREAS, AREAS_CSV, POPULATION


@pytest.fixture(scope="session")
def small_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The small mission with three areas already taken in, made once."""
    workspace = Workspace(tmp_path_factory.mktemp("small"))
    workspace.inbox("small").mkdir(parents=True)
    made = SmallMission(workspace)
    made.add_source(AREAS)
    made.add_source(POPULATION)
    made.deliver("areas.csv", AREAS_CSV)
    return workspace.home


@pytest.fixture
def small(small_template: Path, tmp_path: Path) -> SmallMission:
    """The small mission with three areas already taken in, for this test alone."""
    shutil.copytree(small_template, tmp_path / "small")
    return SmallMission(Workspace(tmp_path / "small"))
