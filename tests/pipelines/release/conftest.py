"""A workspace whose mart is filled and checked, ready to publish."""

import pytest

from pipelines.release.publishing import Release
from pipelines.workspace.paths import Workspace
from tests.worlds.mission.figures import make_workspace, publish_again


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
