"""What a killed refresh leaves is never published; what a whole one leaves is, and always alike."""

from datetime import date
from pathlib import Path

import pytest

from indicators.foundation.errors import WrongUse
from pipelines.orchestration.build import build_definitions
from pipelines.orchestration.run import publish, refresh
from pipelines.release.naming import current_name
from pipelines.release.signed.verification import read_release_json
from pipelines.workspace.installation import make_workspace
from pipelines.workspace.paths import Workspace
from pipelines.workspace.warehouse.connection import open_warehouse
from pipelines.workspace.warehouse.refresh_number import STEPS, mart_number
from tests.pipelines.killing import copied, killer
from tests.worlds.mission.patrols import (
    MISSION,
    PERIOD,
    PatrolMission,
    as_csv,
    month_of_patrols,
)

AS_OF = date(2026, 10, 15)
# The step is done when the process that did it dies: nothing is closed, nothing is tidied.
PREPARE = """
from datetime import date
from pipelines.orchestration.run import refresh
from pipelines.workspace.warehouse import refresh_number
done = refresh_number.end_step
def die_after(connection, number, step):
    done(connection, number, step)
    if step == until:
        os.kill(os.getpid(), signal.SIGKILL)
refresh_number.end_step = die_after
"""
SOME = ("ingest", "values_and_evidence", *STEPS[-2:])  # the beginning, the middle and the end
WORK = f"refresh(workspace, {MISSION!r}, date.fromisoformat('{AS_OF}'))"


@pytest.fixture(scope="module", autouse=True)
def settled() -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("POCLENS_SETTLED_SECONDS", "0")
        yield


@pytest.fixture(scope="module")
def published(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    """One release, and a file in the inbox that the next refresh finds."""
    mission = PatrolMission.made(tmp_path_factory.mktemp("home"))
    make_workspace(mission.workspace)
    mission.deliver("patrols_07.csv", as_csv(month_of_patrols(7, 30, seed=1)))
    refresh(mission.workspace, MISSION, AS_OF)
    publish(mission.workspace, MISSION, PERIOD)
    later = mission.workspace.inbox(MISSION) / "patrols_08.csv"
    later.write_text(as_csv(month_of_patrols(8, 40, seed=2)), encoding="utf-8")
    return mission.workspace


@pytest.fixture(scope="module")
def refreshed(published: Workspace, tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    """The same after the next refresh, which nobody disturbed."""
    workspace = copied(published, tmp_path_factory.mktemp("refreshed") / "workspace")
    refresh(workspace, MISSION, AS_OF)
    return workspace


@pytest.fixture(scope="module")
def whole(refreshed: Workspace, tmp_path_factory: pytest.TempPathFactory) -> list[object]:
    """The files of the release that no kill disturbed."""
    workspace = copied(refreshed, tmp_path_factory.mktemp("whole") / "workspace")
    return files_of(publish(workspace, MISSION, PERIOD)[1])


def files_of(release: Path) -> list[object]:
    return list(read_release_json(release, "manifest.json")["files"])


def number_of(workspace: Workspace) -> str | None:
    with open_warehouse(workspace.warehouse(MISSION)) as connection:
        return mart_number(connection)


@pytest.mark.parametrize(
    "steps",
    [pytest.param(SOME, id="some"), pytest.param(STEPS, id="all", marks=pytest.mark.soak)],
)
def test_a_refresh_killed_after_any_of_its_steps_is_not_published(
    published: Workspace, whole: list[object], tmp_path: Path, steps: tuple[str, ...]
) -> None:
    """Each begins with what the one before left; the last was done with everything when killed."""
    workspace = copied(published, tmp_path / "workspace")
    with killer(workspace, PREPARE, WORK) as killed_after:
        for step in steps[:-1]:
            assert killed_after(step)
            with pytest.raises(WrongUse) as refused:
                publish(workspace, MISSION, PERIOD)
            (problem,) = refused.value.problems
            assert problem.rule == "refresh_not_ended", step
            assert f"poclens refresh --mission {MISSION}" in problem.sentence("fr")
            assert current_name(workspace, MISSION) == f"{PERIOD}-r01"
        assert killed_after(steps[-1])
    assert files_of(publish(workspace, MISSION, PERIOD)[1]) == whole


def test_the_number_is_another_after_each_refresh_and_in_no_release(
    published: Workspace, refreshed: Workspace, whole: list[object], tmp_path: Path
) -> None:
    """Also where all tables stood: nothing is new for the second of these."""
    workspace = copied(refreshed, tmp_path / "workspace")
    numbers = {number_of(published), number_of(workspace)}
    refresh(workspace, MISSION, AS_OF)
    numbers.add(number_of(workspace))
    assert len(numbers) == 3 and None not in numbers
    release = publish(workspace, MISSION, PERIOD)[1]
    assert files_of(release) == whole
    texts = [path.read_bytes() for path in release.rglob("*") if path.is_file()]
    assert not [text for text in texts for number in numbers if number.encode() in text]


def test_every_step_of_a_refresh_is_counted(published: Workspace) -> None:
    job = build_definitions(published).resolve_job_def("refresh")
    assert {node.name.removeprefix("mart__") for node in job.nodes} == set(STEPS)
