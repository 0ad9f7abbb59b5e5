"""Schedule: every mission is refreshed in the night."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

import dagster as dg

from pipelines.workspace.paths import Workspace

if TYPE_CHECKING:  # Dagster does not export the type
    from dagster._core.definitions.unresolved_asset_job_definition import (
        UnresolvedAssetJobDefinition,
    )


def nightly_schedule(
    workspace: Workspace, job: "UnresolvedAssetJobDefinition"
) -> dg.ScheduleDefinition:
    """01:00 UTC, one run a mission; the queue lets one run at a time touch a mission."""

    @dg.schedule(
        name="nightly",
        description="Takes in what lies in each inbox, computes every mission anew: 01:00 UTC",
        job=job,
        cron_schedule="0 1 * * *",
        execution_timezone="UTC",
        default_status=dg.DefaultScheduleStatus.RUNNING,
    )
    def refresh_all(context: dg.ScheduleEvaluationContext) -> Iterator[dg.RunRequest]:
        night = context.scheduled_execution_time.date().isoformat()
        for mission in workspace.missions():
            yield dg.RunRequest(
                run_key=f"{mission}:{night}",
                partition_key=mission,
                tags={"poclens/mission": mission},
            )

    return refresh_all
