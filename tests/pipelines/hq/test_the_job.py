"""The Dagster job: pull and roll-up of a workspace with `hq.yaml`; the quarter that has ended."""

from datetime import UTC, datetime
from pathlib import Path

import dagster as dg

from pipelines.orchestration.build import build_definitions
from pipelines.orchestration.runs.failures import as_raised
from pipelines.workspace.installation import make_workspace
from pipelines.workspace.keys import public_text
from pipelines.workspace.paths import Workspace
from tests.worlds.headquarters import KEY, application, serving
from tests.worlds.mission.profile import write_yaml


def written(workspace: Workspace, urls: dict[str, str]) -> None:
    make_workspace(workspace)
    key = public_text(KEY.public_key())
    servers = [{"mission": name, "url": url, "public_key": key} for name, url in urls.items()]
    write_yaml(workspace.home / "hq.yaml", {"missions": servers})


def test_one_job_pulls_and_rolls_up_though_a_mission_is_gone(
    homes: dict[str, Path], tmp_path: Path
) -> None:
    workspace = Workspace(tmp_path / "headquarters")
    with serving(application(homes["alpha"])) as alpha, serving(application(homes["echo"])) as echo:
        written(workspace, {"alpha": alpha, "echo": echo, "gone": "http://127.0.0.1:9"})
        job = build_definitions(workspace).resolve_job_def("headquarters")
        with dg.DagsterInstance.ephemeral() as instance:
            result = job.execute_in_process(instance=instance)
    facts = {
        event.asset_key.to_user_string(): event.materialization.metadata
        for event in result.get_asset_materialization_events()
        if event.asset_key
    }
    assert facts["hq/pulled"]["missions_failed"].value == "gone"
    assert facts["hq/rollup"]["missions"].value == 2
    assert (workspace.home / "hq" / "current").is_file()


def test_what_somebody_must_mend_is_told_in_words_without_a_traceback(tmp_path: Path) -> None:
    workspace = Workspace(tmp_path)
    written(workspace, {"gone": "http://127.0.0.1:9"})  # so there is nothing to roll up
    job = build_definitions(workspace).resolve_job_def("headquarters")
    with dg.DagsterInstance.ephemeral() as instance, as_raised():
        result = job.execute_in_process(instance=instance, raise_on_error=False)
    (failed,) = (event for event in result.all_events if event.is_step_failure)
    error = failed.step_failure_data.error
    assert failed.step_key == "hq__rollup" and error is not None and not error.stack
    assert error.message.startswith("Refused: ")


def test_settings_that_cannot_be_read_are_told_in_words(tmp_path: Path) -> None:
    workspace = Workspace(tmp_path)
    written(workspace, {"alpha": "http://alpha.example.org"})  # a token must not travel in clear
    job = build_definitions(workspace).resolve_job_def("headquarters")
    with dg.DagsterInstance.ephemeral() as instance, as_raised():
        result = job.execute_in_process(instance=instance, raise_on_error=False)
    (failed,) = (event for event in result.all_events if event.is_step_failure)
    error = failed.step_failure_data.error
    assert failed.step_key == "hq__pulled" and error is not None and not error.stack
    assert "hq.yaml" in error.message


def test_the_schedule_asks_for_the_quarter_that_has_ended(tmp_path: Path) -> None:
    workspace = Workspace(tmp_path)
    written(workspace, {"alpha": "https://alpha.example.org"})
    definitions = build_definitions(workspace)
    schedule = definitions.resolve_schedule_def("quarterly_pull")
    with dg.DagsterInstance.ephemeral() as instance:
        context = dg.build_schedule_context(
            instance=instance,
            scheduled_execution_time=datetime(2026, 10, 20, 3, tzinfo=UTC),
            repository_def=definitions.get_repository_def(),
        )
        (request,) = schedule.evaluate_tick(context).run_requests or []
    assert "2026-Q3" in str(request.run_config)


def test_a_mission_has_no_such_job(tmp_path: Path) -> None:
    workspace = Workspace(tmp_path)
    make_workspace(workspace)
    names = {job.name for job in build_definitions(workspace).jobs or []}
    assert "refresh" in names and "headquarters" not in names
