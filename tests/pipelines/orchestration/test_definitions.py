"""What Dagster is given: assets by schema, jobs, sensor, schedule, one run at a time a mission."""

from datetime import UTC, date, datetime
from pathlib import Path

import dagster as dg
import pytest
import yaml

from indicators.definitions.contracts import contracts
from pipelines.orchestration.build import build_definitions
from pipelines.workspace.installation import install_profile, make_workspace
from pipelines.workspace.paths import Workspace


@pytest.fixture(scope="module")
def workspace(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    workspace = Workspace(tmp_path_factory.mktemp("workspace"))
    make_workspace(workspace)
    install_profile(workspace, "sample")
    install_profile(workspace, "mali")
    return workspace


@pytest.fixture(scope="module")
def definitions(workspace: Workspace) -> dg.Definitions:
    return build_definitions(workspace, date(2026, 10, 15))


def keys(definitions: dg.Definitions) -> set[str]:
    return {key.to_user_string() for key in definitions.resolve_asset_graph().get_all_asset_keys()}


def test_every_core_table_is_an_asset(definitions: dg.Definitions) -> None:
    assert {f"core/{table}" for table in contracts()} <= keys(definitions)


def test_mart_and_release_are_assets(definitions: dg.Definitions) -> None:
    evidence = {"result_link", "event_study", "wake_effect", "interview_effect", "field_judgement"}
    evidence |= {"primary_test", "evidence_plan", "area_effect"}
    evidence |= {"secondary_reading", "interview_plan", "strategy"}
    tables = {f"mart/{table}" for table in evidence | {"indicator_value", "protection_gap"}}
    assert tables | {"release/candidate", "release/published"} <= keys(definitions)


def test_every_core_table_has_a_blocking_check(definitions: dg.Definitions) -> None:
    checks = definitions.resolve_asset_graph().asset_check_keys
    assert {key.asset_key.to_user_string() for key in checks} == {
        f"core/{table}" for table in contracts()
    }
    nodes = [definitions.resolve_asset_graph().get(key) for key in checks]
    assert all(node.blocking for node in nodes)


def test_a_table_is_described_in_plain_words(definitions: dg.Definitions) -> None:
    incidents = definitions.resolve_asset_graph().get(dg.AssetKey(["core", "incidents"]))
    told = "Incidents: valid rows of the files. One row: one incident."
    assert incidents.description == told


def test_partitions_are_the_missions_of_the_workspace(definitions: dg.Definitions) -> None:
    graph = definitions.resolve_asset_graph()
    partitions = graph.get(dg.AssetKey(["core", "incidents"])).partitions_def
    assert partitions is not None
    assert partitions.get_partition_keys() == ["mali", "sample"]
    release = graph.get(dg.AssetKey(["release", "published"])).partitions_def
    assert release is not None
    assert "sample|2026-Q3" in release.get_partition_keys()


def test_the_schedule_asks_for_each_mission_once(definitions: dg.Definitions) -> None:
    schedule = definitions.resolve_schedule_def("nightly")
    with dg.DagsterInstance.ephemeral() as instance:
        night = datetime(2026, 10, 15, 1, tzinfo=UTC)
        context = dg.build_schedule_context(
            instance=instance,
            scheduled_execution_time=night,
            repository_def=definitions.get_repository_def(),
        )
        requests = schedule.evaluate_tick(context).run_requests
    assert sorted(str(request.partition_key) for request in requests or []) == ["mali", "sample"]


def test_sensor_and_schedule_run_as_soon_as_dagster_does(definitions: dg.Definitions) -> None:
    sensor = definitions.resolve_sensor_def("inbox")
    assert sensor.default_status is dg.DefaultSensorStatus.RUNNING
    schedule = definitions.resolve_schedule_def("nightly")
    assert schedule.default_status is dg.DefaultScheduleStatus.RUNNING


def tick(
    definitions: dg.Definitions, instance: dg.DagsterInstance, cursor: str | None
) -> tuple[list[str], str]:
    context = dg.build_sensor_context(instance=instance, cursor=cursor, definitions=definitions)
    data = definitions.resolve_sensor_def("inbox").evaluate_tick(context)
    return [str(request.partition_key) for request in data.run_requests or []], data.cursor or ""


def test_a_dropped_file_starts_one_refresh_when_it_has_settled(
    definitions: dg.Definitions, workspace: Workspace
) -> None:
    dropped = workspace.inbox("mali") / "new.csv"
    with dg.DagsterInstance.ephemeral() as instance:
        nothing, cursor = tick(definitions, instance, None)
        dropped.write_text("a,b\n1,", encoding="utf-8")
        still_copied, cursor = tick(definitions, instance, cursor)
        dropped.write_text("a,b\n1,2\n", encoding="utf-8")
        still_changing, cursor = tick(definitions, instance, cursor)
        settled, cursor = tick(definitions, instance, cursor)
    dropped.unlink()
    assert (nothing, still_copied, still_changing, settled) == ([], [], [], ["mali"])


def test_one_run_at_a_time_a_mission_and_no_telemetry(workspace: Workspace) -> None:
    settings = yaml.safe_load((workspace.dagster_home / "dagster.yaml").read_text())
    with dg.DagsterInstance.from_config(str(workspace.dagster_home)) as instance:
        limits = instance.get_concurrency_config().run_queue_config.tag_concurrency_limits
        assert not instance.telemetry_enabled
    assert settings["telemetry"] == {"enabled": False}
    assert {"key": "poclens/mission", "value": {"applyLimitPerUniqueValue": True}, "limit": 1} in [
        dict(limit) for limit in limits
    ]


def test_settings_that_were_made_before_are_brought_up_to_date_and_own_ones_stay(
    tmp_path: Path,
) -> None:
    workspace = Workspace(tmp_path)
    make_workspace(workspace)
    settings = workspace.dagster_home / "dagster.yaml"
    new = settings.read_text(encoding="utf-8")
    start, end = new.index("# Nothing is printed"), new.index("# A run whose")
    settings.write_text(new[:start] + new[end:], encoding="utf-8")
    make_workspace(workspace)
    assert settings.read_text(encoding="utf-8") == new
    assert yaml.safe_load(new)["compute_logs"]["class"] == "NoOpComputeLogManager"
    own = new[:start] + new[end:].replace("max_retries: 1", "max_retries: 3")
    settings.write_text(own, encoding="utf-8")
    make_workspace(workspace)
    assert settings.read_text(encoding="utf-8") == own


def test_definitions_load_as_dagster_loads_them(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("POCLENS_HOME", str(workspace.home))
    import importlib

    module = importlib.import_module("pipelines.orchestration.definitions")
    loaded = importlib.reload(module).defs
    dg.Definitions.validate_loadable(loaded)
    assert "core/incidents" in keys(loaded)
    assert Path(loaded.resources["workspace"].home) == workspace.home  # type: ignore[index]
