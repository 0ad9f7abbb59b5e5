"""A workspace whose mart is filled and checked, ready to publish, and one that has published.

Both are made once and copied for a test that changes them.
"""

import shutil
from dataclasses import replace
from pathlib import Path

import pytest

from pipelines.release.publishing import Release
from pipelines.workspace.paths import Workspace
from tests.worlds.mission.figures import make_workspace, publish_again


@pytest.fixture(scope="session")
def unpublished(tmp_path_factory) -> Path:
    return make_workspace(tmp_path_factory.mktemp("unpublished") / "workspace").home


@pytest.fixture(scope="session")
def read_only(unpublished, tmp_path_factory) -> tuple[Workspace, Release]:
    """One workspace and its release for all tests that only read it."""
    home = shutil.copytree(unpublished, tmp_path_factory.mktemp("published") / "workspace")
    workspace = Workspace(home)
    return workspace, publish_again(workspace)


@pytest.fixture
def workspace(unpublished, tmp_path) -> Workspace:
    return Workspace(shutil.copytree(unpublished, tmp_path / "workspace"))


@pytest.fixture
def release(read_only, workspace) -> Release:
    """The release of this test's own workspace."""
    published, release = read_only
    shutil.copytree(published.home, workspace.home, dirs_exist_ok=True)
    place = release.path.relative_to(published.home)
    return replace(release, path=workspace.home / place)


@pytest.fixture
def new_workspace(tmp_path):
    """A function that makes one more workspace from the same inputs."""
    return lambda name: make_workspace(tmp_path / name)


@pytest.fixture
def republish():
    return publish_again
