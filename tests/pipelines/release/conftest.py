"""A workspace whose mart is filled and checked, ready to publish."""

import pytest

from pipelines.quality.checks import run_checks
from pipelines.release.publishing import Release, publish
from pipelines.workspace.paths import Workspace
from tests.worlds.small_mission import MISSION, PERIOD, fill, workspace_warehouse, write_profile


def make_workspace(home) -> Workspace:
    """A fresh workspace with the small mission, its mart filled and its checks run."""
    workspace = Workspace(home)
    mission = write_profile(workspace)
    with workspace_warehouse(workspace) as connection:
        fill(connection)
        run_checks(connection, mission, workspace.profile(MISSION))
    return workspace


def publish_again(workspace: Workspace, threads: int | None = None) -> Release:
    """Publishes what the mart holds now."""
    with workspace_warehouse(workspace, threads) as connection:
        return publish(workspace, MISSION, PERIOD, connection)


@pytest.fixture
def workspace(tmp_path) -> Workspace:
    return make_workspace(tmp_path / "workspace")


@pytest.fixture
def new_workspace(tmp_path):
    """A function that makes one more workspace from the same inputs."""
    return lambda name: make_workspace(tmp_path / name)


@pytest.fixture
def republish():
    return publish_again


@pytest.fixture
def release(workspace) -> Release:
    return publish_again(workspace)


@pytest.fixture(scope="session")
def read_only(tmp_path_factory) -> tuple[Workspace, Release]:
    """One workspace and its release for all tests that only read it."""
    workspace = make_workspace(tmp_path_factory.mktemp("published") / "workspace")
    return workspace, publish_again(workspace)
