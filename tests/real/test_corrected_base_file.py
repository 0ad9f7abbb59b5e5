"""A corrected file of the shipped `radpko.yaml`, whose two entries feed one table."""

from datetime import date
from pathlib import Path

import pytest

from indicators.definitions.mission_profile import read_mission
from pipelines.ingest.inbox import ingest
from pipelines.workspace.paths import Workspace
from pipelines.workspace.warehouse.connection import open_warehouse
from tests.real.refreshed import copy_profile

FIGURES = """
SELECT deployment_code, personnel_count, women_count FROM core.deployments
WHERE deployment_code LIKE 'radpko-%' ORDER BY ALL
"""


def figures(workspace: Workspace) -> dict[str, tuple[object, ...]]:
    with open_warehouse(workspace.warehouse("south_sudan")) as connection:
        rows = connection.execute(FIGURES).fetchall()
    return {code: tuple(values) for code, *values in rows}


@pytest.fixture
def workspace(not_passed_on: Path, tmp_path: Path) -> Workspace:
    """South Sudan with areas and bases."""
    workspace = copy_profile("south_sudan", tmp_path)
    mission = read_mission(workspace.profile("south_sudan"))
    assert mission.starts_on < date(2013, 1, 1)
    ingest(workspace, mission)
    return workspace


def test_only_the_corrected_figure_changes(workspace: Workspace, not_passed_on: Path) -> None:
    original = (not_passed_on / "radpko" / "radpko_base_year_unmiss.csv").read_text()
    before = figures(workspace)
    header, first, *others = original.splitlines()
    at = header.split(",").index("untrp")
    cells = first.split(",")
    cells[at] = str(float(cells[at]) + 10)
    inbox = workspace.inbox("south_sudan")
    inbox.mkdir(parents=True, exist_ok=True)
    path = inbox / "radpko_base_year_unmiss.csv"
    path.write_text("\n".join([header, ",".join(cells), *others]) + "\n")
    mission = read_mission(workspace.profile("south_sudan"))
    (report,) = ingest(workspace, mission, [path]).files
    after = figures(workspace)
    assert before.keys() == after.keys()
    changed = [code for code in before if before[code] != after[code]]
    assert len(changed) == 1 and changed[0].endswith("-military")
    assert (report.rows_loaded, report.rows_rejected, report.rows_retracted) == (1, 0, 0)
