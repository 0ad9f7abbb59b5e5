"""What lies beside the inbox can be dropped in afterwards: a copy, and a corrected file."""

import shutil
from pathlib import Path

import pytest

from indicators.definitions.mission_profile import read_mission
from pipelines.ingest.inbox import ingest
from pipelines.sample import generate
from pipelines.workspace.installation import install_profile
from pipelines.workspace.paths import Workspace
from pipelines.workspace.warehouse.connection import open_warehouse


@pytest.mark.soak
def test_a_copy_changes_nothing_and_a_corrected_file_supersedes(tmp_path: Path) -> None:
    workspace = Workspace(tmp_path)
    install_profile(workspace, "sample")
    inbox, beside = workspace.inbox("sample"), tmp_path / "sample"
    sizes = {"activities": 200, "incidents": 400, "alerts": 60, "waves": 1, "respondents": 240}
    truth = generate(inbox, seed=3, beside=beside, **sizes)
    mission = read_mission(workspace.profile("sample"))
    before = {file.name: file for file in ingest(workspace, mission).files}
    shutil.copytree(beside / "later", inbox, dirs_exist_ok=True)
    copied, corrected = sorted(ingest(workspace, mission).files, key=lambda file: file.name)
    assert copied.name == "alerts_2024_2026_copy.csv"
    assert copied.sha256 == before["alerts_2024_2026.csv"].sha256
    assert copied.rows_loaded == 0
    expected = truth.later["incidents_2026.xlsx"]
    assert corrected.rows_read == expected["rows"]
    assert corrected.rows_rejected == 0
    assert corrected.rows_loaded == expected["rows_changed"] + expected["rows_added"]
    with open_warehouse(workspace.warehouse("sample")) as connection:
        (incidents,) = connection.execute("SELECT count(*) FROM core.incidents").fetchone()
        assert incidents == sizes["incidents"] + expected["rows_added"]
        statuses = connection.execute(
            "SELECT status FROM ops.input_file WHERE name = 'incidents_2026.xlsx' ORDER BY sequence"
        ).fetchall()
    assert statuses == [("superseded",), ("loaded",)]
