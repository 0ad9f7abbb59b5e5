"""Tiny samples are written and taken in; a size out of its range is refused before anything is."""

from pathlib import Path

import pytest

from indicators.definitions.mission_profile import read_mission
from indicators.foundation.errors import WrongUse
from pipelines.ingest.inbox import ingest
from pipelines.sample import generate, install
from pipelines.workspace.paths import Workspace


@pytest.mark.parametrize(
    "sizes",
    [
        {"activities": 1, "incidents": 1, "alerts": 1},
        pytest.param({"activities": 30, "incidents": 60, "alerts": 60}, marks=pytest.mark.soak),
    ],
)
def test_tiny_sizes_work(tmp_path: Path, sizes: dict[str, int]) -> None:
    workspace = Workspace(tmp_path)
    truth = install(workspace, waves=1, respondents=240, **sizes)
    report = ingest(workspace, read_mission(workspace.profile("sample")))
    assert {name: truth.rows[name] for name in sizes} == sizes
    assert not [file.name for file in report.files if file.status == "held"]
    bad = sum(sum(rules.values()) for rules in truth.bad_rows.values())
    assert sum(file.rows_rejected for file in report.files) == bad


def test_every_size_out_of_its_range_is_named(tmp_path: Path) -> None:
    inbox = tmp_path / "inbox"
    with pytest.raises(WrongUse) as refused:
        generate(inbox, activities=0, incidents=-3, waves=5, respondents=239)
    named = {(problem.parameters["name"], problem.value) for problem in refused.value.problems}
    assert named == {
        ("activities", "0"), ("incidents", "-3"), ("waves", "5"), ("respondents", "239"),
    }  # fmt: skip
    assert not list(tmp_path.iterdir())
