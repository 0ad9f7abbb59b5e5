"""Running the jobs in this process on the workspace's own Dagster instance."""

import logging
import os
import uuid
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

import dagster as dg
from filelock import FileLock

from indicators.definitions.mission_profile import read_mission
from indicators.foundation.errors import Problem, WrongUse
from pipelines.ingest.file_report import by_source
from pipelines.orchestration.assets import INTAKE, VALUES, mart_key
from pipelines.orchestration.build import build_definitions
from pipelines.orchestration.checks import ContractsBlock
from pipelines.orchestration.partitions import quarter_partitions
from pipelines.orchestration.release_assets import PUBLISHED, publication
from pipelines.orchestration.resources import Rows
from pipelines.orchestration.runs.abandoned import close_abandoned, process_tag
from pipelines.orchestration.runs.event_log import quick_event_log
from pipelines.orchestration.runs.failures import as_raised
from pipelines.orchestration.runs.unchanged import forget, origin_of, remember, stamp_kept
from pipelines.release.naming import check_period
from pipelines.workspace.installation import make_workspace
from pipelines.workspace.paths import Workspace
from pipelines.workspace.warehouse.last_state import open_to_read

# A person at the terminal reads sentences, not Dagster's events; `poclens dagster` shows those.
_QUIET = {"loggers": {"console": {"config": {"log_level": "CRITICAL"}}}}
# Once a library has set up logging, Dagster's own database would tell of each of its migrations.
logging.getLogger("alembic").setLevel(logging.WARNING)


@dataclass(frozen=True)
class RefreshResult:
    """What a refresh did; the fields are those of `poclens refresh --json` (design §3)."""

    run_id: str
    status: str  # success, or failed where a blocking check failed
    checks: list[dict[str, Any]] = field(default_factory=list)
    values: int = 0
    seconds: dict[str, float] = field(default_factory=dict)
    files: list[dict[str, Any]] = field(default_factory=list)  # as `poclens ingest` tells them
    sources: list[dict[str, Any]] = field(default_factory=list)  # their sums by source

    def as_dict(self) -> dict[str, Any]:
        """The fields as one JSON object."""
        return dict(vars(self))


def refresh(
    workspace: Workspace, mission: str, as_of: date | None = None, rows: Rows | None = None
) -> RefreshResult:
    """Runs the job `refresh`: inbox to indicators. Raises what a step raised.

    Without `as_of`: the mission's last day where it has ended, else today. `rows`: who goes over
    rows, where it is not for the profile to say. Raises WrongUse for a day before the mission's
    first.
    """
    forget(workspace, mission)
    profile = read_mission(workspace.profile(mission))
    if as_of is not None and as_of < profile.starts_on:
        words = {"starts_on": profile.starts_on.isoformat()}
        raise WrongUse(Problem("as_of_too_early", value=as_of.isoformat(), parameters=words))
    origin = origin_of(workspace, mission, profile.as_of_day(as_of))
    run_id = str(uuid.uuid4())
    with open_instance(workspace) as instance:
        job = build_definitions(workspace, as_of, rows).resolve_job_def("refresh")
        status = "success"
        try:
            with as_raised():
                job.execute_in_process(
                    run_id=run_id,
                    partition_key=mission,
                    instance=instance,
                    tags={"poclens/mission": mission} | process_tag(),
                    run_config=_QUIET,
                )
        except ContractsBlock:
            status = "failed"
        seconds, files = _seconds(instance, run_id), _files_read(instance, run_id)
    checks, values = _checks_and_values(workspace, mission)
    result = RefreshResult(run_id, status, checks, values, seconds, files, by_source(files))
    if status == "success":
        remember(workspace, mission, origin, result.as_dict())
    return result


def _files_read(instance: dg.DagsterInstance, run_id: str) -> list[dict[str, Any]]:
    """What the run's step `ingest` said of each file; empty where it did not come so far."""
    for entry in instance.all_logs(run_id, of_type=dg.DagsterEventType.ASSET_MATERIALIZATION):
        told = entry.asset_materialization
        if told is not None and INTAKE in told.metadata:
            files: list[dict[str, Any]] = told.metadata[INTAKE].value  # type: ignore[assignment]
            return files
    return []


def publish(
    workspace: Workspace,
    mission: str,
    quarter: str,
    partner_approved_by: str = "",
    if_changed: bool = False,
) -> tuple[str, Path]:
    """Runs the job `publish`; returns the release's name and folder.

    `partner_approved_by`: who approved the partner copy of this release; nobody: there is none.
    `if_changed`: whether one that would be the current release once more is wrong use, too.
    Raises WrongUse for what is no quarter of the workspace's missions, and for one in which no
    source has a fact, CheckFailed where a blocking check of the last refresh failed.
    """
    _refuse_unknown(workspace, mission, quarter)
    with stamp_kept(workspace, mission), open_instance(workspace) as instance, as_raised():
        result = (
            build_definitions(workspace)
            .resolve_job_def("publish")
            .execute_in_process(
                partition_key=dg.MultiPartitionKey({"mission": mission, "quarter": quarter}),
                instance=instance,
                tags={"poclens/mission": mission} | process_tag(),
                run_config=_QUIET
                | publication(partner_approved_by=partner_approved_by, if_changed=if_changed),
            )
        )
    for event in result.get_asset_materialization_events():
        if event.asset_key == PUBLISHED:
            facts = event.materialization.metadata
            return str(facts["release"].value), Path(str(facts["path"].value))
    raise RuntimeError("the job `publish` ended without a release")


def _refuse_unknown(workspace: Workspace, mission: str, quarter: str) -> None:
    """Dagster itself would only say that there is no such partition."""
    check_period(quarter)
    known = quarter_partitions(workspace, date.today()).get_partition_keys()
    if f"{mission}|{quarter}" not in known:
        span = {"first": known[0].rpartition("|")[2], "last": known[-1].rpartition("|")[2]}
        raise WrongUse(Problem("period_without_mission", value=quarter, parameters=span))


@contextmanager
def open_instance(workspace: Workspace) -> Iterator[dg.DagsterInstance]:
    """The workspace's own instance, runs that were killed closed."""
    make_workspace(workspace)
    os.environ.setdefault("DAGSTER_DISABLE_TELEMETRY", "1")
    os.environ["DAGSTER_HOME"] = str(workspace.dagster_home)
    home = workspace.dagster_home
    with quick_event_log(), ExitStack() as opened:
        # Dagster makes its tables where it finds none: two at once would make them twice
        with FileLock(home / "opening.lock"):
            instance = opened.enter_context(dg.DagsterInstance.from_config(str(home)))
            close_abandoned(instance)
        yield instance


def _checks_and_values(workspace: Workspace, mission: str) -> tuple[list[dict[str, Any]], int]:
    with open_to_read(workspace.warehouse(mission)) as connection:
        checks = connection.execute(
            "SELECT * FROM mart.quality_check ORDER BY check_name, source"
        ).df()
        counted = connection.execute("SELECT count(*) FROM mart.indicator_value").fetchone()
    rows = [{str(name): value for name, value in row.items()} for row in checks.to_dict("records")]
    return rows, int(counted[0]) if counted else 0


def _seconds(instance: dg.DagsterInstance, run_id: str) -> dict[str, float]:
    """Seconds a step, from the run's own events.

    Evidence is computed beside the values, in the same step: its own are those that it still
    needs when the values stand.
    """
    found: dict[str, float] = {}
    valued = _values_stood_at(instance, run_id)
    for stats in instance.get_run_step_stats(run_id):
        if not (stats.end_time and stats.start_time):
            continue
        if valued is not None and stats.step_key == VALUES:
            found["values"] = round(valued - stats.start_time, 2)
            found["evidence_after_values"] = round(stats.end_time - valued, 2)
        else:
            found[stats.step_key] = round(stats.end_time - stats.start_time, 2)
    return found


def _values_stood_at(instance: dg.DagsterInstance, run_id: str) -> float | None:
    for entry in instance.all_logs(run_id, of_type=dg.DagsterEventType.ASSET_MATERIALIZATION):
        told = entry.asset_materialization
        if told is not None and told.asset_key == mart_key("indicator_value"):
            return entry.timestamp
    return None
