"""Headquarters' job and schedule: pull from all missions, then the roll-up, each quarter.

A workspace without `hq.yaml` has neither.
"""

from datetime import timedelta
from typing import TYPE_CHECKING

import dagster as dg

from pipelines.hq.settings import FILE
from pipelines.orchestration.resources import WorkspaceResource
from pipelines.orchestration.runs.failures import in_words
from pipelines.workspace.paths import Workspace

if TYPE_CHECKING:  # Dagster does not export the type
    from dagster._core.definitions.unresolved_asset_job_definition import (
        UnresolvedAssetJobDefinition,
    )

PULLED, ROLLED_UP = dg.AssetKey(["hq", "pulled"]), dg.AssetKey(["hq", "rollup"])
# Day 20 after a quarter's end, and day 25 for who was late.
_QUARTERLY = "0 3 20,25 1,4,7,10 *"


class Pulling(dg.Config):
    """Which quarter; empty: the newest release of each mission."""

    period: str = ""


def is_headquarters(workspace: Workspace) -> bool:
    """Whether this workspace fetches other missions' releases."""
    return (workspace.home / FILE).is_file()


def headquarters_assets() -> list[dg.AssetsDefinition]:
    """`hq/pulled` and `hq/rollup`. A mission that fails is in the metadata and fails nothing."""

    @dg.asset(
        key=PULLED,
        group_name="hq",
        description="Each mission's newest release, verified, by mission and name",
    )
    def pulled(
        context: dg.AssetExecutionContext, workspace: WorkspaceResource, config: Pulling
    ) -> dg.MaterializeResult:
        from pipelines.hq.pull import pull
        from pipelines.hq.settings import read_settings

        paths = workspace.workspace()
        with in_words(context):
            results = pull(paths, read_settings(paths), period=config.period or None)
        for result in results:
            problem = result.problem()
            if problem:
                context.log.warning(problem.sentence())
        counts: dict[str, int | str] = {
            outcome: sum(result.outcome == outcome for result in results)
            for outcome in ("fetched", "unchanged", "failed")
        }
        failed = [result.mission for result in results if result.outcome == "failed"]
        return dg.MaterializeResult(metadata=counts | {"missions_failed": ", ".join(failed)})

    @dg.asset(
        key=ROLLED_UP,
        deps=[PULLED],
        group_name="hq",
        description="One mart over the current releases of all missions",
    )
    def rolled_up(
        context: dg.AssetExecutionContext, workspace: WorkspaceResource
    ) -> dg.MaterializeResult:
        from pipelines.hq.rollup import rollup

        with in_words(context):
            made = rollup(workspace.workspace())
        return dg.MaterializeResult(
            metadata={
                "path": str(made.path),
                "missions": len(made.missions),
                "compared": made.compared,
                "not_comparable": made.not_comparable,
                "combined": made.combined,
            }
        )

    return [pulled, rolled_up]


def headquarters_job() -> "UnresolvedAssetJobDefinition":
    """Pull, then roll up."""
    return dg.define_asset_job(
        "headquarters",
        selection=dg.AssetSelection.groups("hq"),
        description="Releases of all missions into one mart",
    )


def quarterly_schedule(job: "UnresolvedAssetJobDefinition") -> dg.ScheduleDefinition:
    """03:00 UTC on day 20 and 25 after each quarter, for the quarter that has ended."""

    @dg.schedule(
        name="quarterly_pull",
        job=job,
        cron_schedule=_QUARTERLY,
        execution_timezone="UTC",
        default_status=dg.DefaultScheduleStatus.RUNNING,
        description="Fetches every mission's release of the quarter that has ended",
    )
    def pull_quarter(context: dg.ScheduleEvaluationContext) -> dg.RunRequest:
        from indicators.foundation.periods import period_of

        day = context.scheduled_execution_time.date()
        start = period_of(day, "Q").start
        quarter = period_of(start - timedelta(days=1), "Q").name
        config = {"ops": {PULLED.to_python_identifier(): {"config": {"period": quarter}}}}
        return dg.RunRequest(run_key=day.isoformat(), run_config=config)

    return pull_quarter
