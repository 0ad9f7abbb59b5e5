"""One function builds all definitions for a workspace; tests and the command line call it too."""

from datetime import date

import dagster as dg

from pipelines.orchestration.assets import core_assets, mart_assets
from pipelines.orchestration.checks import contract_checks
from pipelines.orchestration.jobs import publish_job, refresh_job
from pipelines.orchestration.partitions import mission_partitions, quarter_partitions
from pipelines.orchestration.release_assets import release_assets
from pipelines.orchestration.resources import AsOf, Rows, WorkspaceResource
from pipelines.orchestration.triggers.headquarters import (
    headquarters_assets,
    headquarters_job,
    is_headquarters,
    quarterly_schedule,
)
from pipelines.orchestration.triggers.schedules import nightly_schedule, quarter_end_schedule
from pipelines.orchestration.triggers.sensors import inbox_sensor
from pipelines.workspace.paths import Workspace


def build_definitions(
    workspace: Workspace, as_of: date | None = None, rows: Rows | None = None
) -> dg.Definitions:
    """Assets, checks, jobs, sensor and schedules for the missions of a workspace.

    `rows`: who goes over rows, where it is not for the missions' profiles to say.
    """
    missions = mission_partitions(workspace)
    quarters = quarter_partitions(workspace, date.today())
    refresh, publish = refresh_job(), publish_job()
    assets = [core_assets(missions), *mart_assets(missions), *release_assets(quarters)]
    jobs = [refresh, publish]
    schedules = [nightly_schedule(workspace, refresh), quarter_end_schedule(workspace, publish)]
    if is_headquarters(workspace):
        headquarters = headquarters_job()
        assets += headquarters_assets()
        jobs.append(headquarters)
        schedules.append(quarterly_schedule(headquarters))
    return dg.Definitions(
        assets=assets,
        asset_checks=[contract_checks(missions)],
        jobs=jobs,
        sensors=[inbox_sensor(workspace, refresh)],
        schedules=schedules,
        resources={
            "workspace": WorkspaceResource(home=str(workspace.home)),
            "as_of": AsOf(day=as_of.isoformat() if as_of else ""),
            "rows": rows or Rows(),
        },
        # A step in a process of its own costs 1.5 s, and one writer holds the warehouse anyway.
        executor=dg.in_process_executor,
    )
