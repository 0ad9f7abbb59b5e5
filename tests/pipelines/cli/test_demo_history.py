"""The earlier quarters of the demonstration take their places whole, and never over new files."""

import json
from pathlib import Path

import pytest

from pipelines.cli import demo_history
from pipelines.cli.demo_history import (
    NEWEST,
    SAMPLE,
    drop_history,
    hand_over,
    history_of,
    is_coming,
    is_published,
    mark_history,
)
from pipelines.orchestration.runs.unchanged import origin_of, remember
from pipelines.workspace.installation import install_profile, make_workspace
from pipelines.workspace.paths import Workspace


@pytest.fixture
def shown(tmp_path: Path) -> Workspace:
    """A workspace that shows its newest quarter, and beside it a history that is ready."""
    workspace = Workspace(tmp_path / "home")
    make_workspace(workspace)
    install_profile(workspace, SAMPLE)
    history = history_of(workspace)
    for home, period, text in ((workspace, "2026-Q3", "own"), (history, "2026-Q1", "of all")):
        for folder in (home.warehouse(SAMPLE).parent, home.archive(SAMPLE)):
            folder.mkdir(parents=True, exist_ok=True)
        (home.releases(SAMPLE) / f"{period}-r01").mkdir(parents=True)
        home.warehouse(SAMPLE).write_text(text)
        (home.archive(SAMPLE) / f"{period}.csv").write_text(period)
    history.inbox(SAMPLE).mkdir(parents=True)
    (history.inbox(SAMPLE) / "late.csv").write_text("late")
    mark_history(workspace, coming=True)
    remember(
        workspace,
        SAMPLE,
        origin_of(workspace, SAMPLE, NEWEST.as_of),
        {"files": [], "values": 0},
    )
    return workspace


def test_releases_files_and_warehouse_of_the_history_take_their_places(shown: Workspace) -> None:
    assert hand_over(shown)
    assert shown.warehouse(SAMPLE).read_text() == "of all"
    assert {path.name for path in shown.archive(SAMPLE).iterdir()} == {"2026-Q1.csv", "2026-Q3.csv"}
    assert is_published(shown, demo_history.QUARTERS[0])
    assert [path.name for path in shown.inbox(SAMPLE).iterdir()] == ["late.csv"]
    (history_of(shown).inbox(SAMPLE) / "last.csv").write_text("not moved before it was cut short")
    assert hand_over(shown), "cut short after it, the newest quarter is still to be published"
    assert {path.name for path in shown.inbox(SAMPLE).iterdir()} == {"late.csv", "last.csv"}
    drop_history(shown)
    assert not history_of(shown).home.exists()


def test_a_file_that_came_meanwhile_counts_for_more_than_the_history(shown: Workspace) -> None:
    (shown.inbox(SAMPLE) / "incidents_new.csv").write_text("a,b\n")
    assert not hand_over(shown)
    assert shown.warehouse(SAMPLE).read_text() == "own"
    assert [path.name for path in shown.inbox(SAMPLE).iterdir()] == ["incidents_new.csv"]
    assert is_published(shown, demo_history.QUARTERS[0]), "what was published can be read"


def test_a_warehouse_that_was_written_since_is_kept(shown: Workspace) -> None:
    shown.warehouse(SAMPLE).write_text(json.dumps("other rows"))
    assert not hand_over(shown)
    assert json.loads(shown.warehouse(SAMPLE).read_text()) == "other rows"


def test_the_mark_for_the_pages_comes_and_goes(shown: Workspace) -> None:
    assert is_coming(shown)
    for _ in range(2):
        mark_history(shown, coming=False)
        assert not is_coming(shown)
