"""Schedules: every mission is refreshed in the night; its quarter is published when it is over."""

from collections.abc import Iterator
from datetime import timedelta
from typing import TYPE_CHECKING

import dagster as dg

from indicators.definitions.mission_profile import read_mission
from indicators.foundation.periods import period_of
from pipelines.release.naming import releases_of
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


def quarter_end_schedule(
    workspace: Workspace, job: "UnresolvedAssetJobDefinition"
) -> dg.ScheduleDefinition:
    """03:00 UTC on the 16th after a quarter: its release, of missions that have none of it yet.

    Off until somebody switches it on: to publish is a decision of the mission.
    """

    @dg.schedule(
        name="quarter_end",
        description="Publishes each mission's quarter on the 16th after it: 03:00 UTC",
        job=job,
        cron_schedule="0 3 16 1,4,7,10 *",
        execution_timezone="UTC",
        default_status=dg.DefaultScheduleStatus.STOPPED,
    )
    def publish_all(context: dg.ScheduleEvaluationContext) -> Iterator[dg.RunRequest]:
        day = context.scheduled_execution_time.date()
        over = period_of(period_of(day, "Q").start - timedelta(days=1), "Q")
        for name in workspace.missions():
            mission = read_mission(workspace.profile(name))
            is_in_it = mission.starts_on <= over.end and (
                mission.ends_on is None or mission.ends_on >= over.start
            )
            is_published = any(
                release.startswith(f"{over.name}-") for release in releases_of(workspace, name)
            )
            if is_in_it and not is_published:
                yield dg.RunRequest(
                    run_key=f"{name}:{over.name}",
                    partition_key=dg.MultiPartitionKey({"mission": name, "quarter": over.name}),
                    tags={"poclens/mission": name},
                )

    return publish_all
