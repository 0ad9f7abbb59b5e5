"""Five missions' releases, written once, on servers of their own for each test."""

from collections.abc import Mapping
from pathlib import Path

import pyarrow as pa
import pytest

from tests.worlds.headquarters import figures, rows_of_a_mission, write_release

MISSIONS = {  # patrols, share that feels safe, its standard error, population
    "alpha": (60.0, 40.0, 2.0, 1000.0),
    "bravo": (10.0, 50.0, 3.0, 3000.0),
    "charlie": (5.0, 60.0, 4.0, 2000.0),
    "delta": (7.0, 45.0, 2.5, 1500.0),
    "echo": (9.0, 55.0, 2.5, 1500.0),
}


@pytest.fixture(scope="session")
def rows() -> Mapping[str, pa.Table]:
    return rows_of_a_mission()


@pytest.fixture(scope="session")
def homes(
    rows: Mapping[str, pa.Table], tmp_path_factory: pytest.TempPathFactory
) -> dict[str, Path]:
    """The workspace of each mission, with one signed release; only read."""
    folder = tmp_path_factory.mktemp("missions")
    for name, given in MISSIONS.items():
        write_release(folder / name, name, rows, figures(*given))
    return {name: folder / name for name in MISSIONS}
