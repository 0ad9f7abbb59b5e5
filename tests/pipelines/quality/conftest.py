"""A mission without files, and its warehouse with one area."""

import pytest

from pipelines.workspace.paths import Workspace
from tests.worlds.mission.figures import add, memory_warehouse, write_profile


@pytest.fixture
def mission(tmp_path):
    return write_profile(Workspace(tmp_path))


@pytest.fixture
def warehouse():
    with memory_warehouse() as connection:
        add(connection, "areas", {"area_code": "BK"})
        yield connection
