"""Real missions as the tests of this folder use them."""

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest

from tests.real.refreshed import Refreshed, copy_profile, refreshed


@pytest.fixture(scope="session")
def south_sudan(
    not_passed_on: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Refreshed]:
    """South Sudan as of the end of its events."""
    workspace = copy_profile("south_sudan", tmp_path_factory.mktemp("south_sudan"))
    with refreshed(workspace, "south_sudan", date(2019, 12, 31)) as result:
        yield result


@pytest.fixture(scope="session")
def mali(not_passed_on: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Refreshed]:
    """Mali as of the end of RADPKO and of its events."""
    workspace = copy_profile("mali", tmp_path_factory.mktemp("mali"))
    with refreshed(workspace, "mali", date(2019, 12, 31)) as result:
        yield result
