"""Asset checks: what the contracts expect of their tables, run by Great Expectations.

A blocking finding stops what comes after it. A check that crashes is an error of the step and
never counted as a finding about the data.
"""

import warnings
from collections.abc import Iterator

import dagster as dg

from indicators.definitions.contracts import contracts
from indicators.definitions.mission_profile import read_mission
from indicators.foundation.errors import InternalFault, Problem
from pipelines.orchestration.assets import core_key, refresh_number
from pipelines.orchestration.resources import WorkspaceResource
from pipelines.orchestration.runs.progress import report
from pipelines.orchestration.runs.retries import retrying
from pipelines.orchestration.triggers.notices import Notice, send_notices
from pipelines.quality.check_results import CheckResult
from pipelines.warehouse.connection import open_warehouse
from pipelines.warehouse.refresh_number import numbered_step


def contract_checks(partitions: dg.PartitionsDefinition) -> dg.AssetChecksDefinition:
    """One asset check a core table, all in one step, because one writer holds the warehouse."""
    with warnings.catch_warnings():  # partitions of checks are in preview; the lock pins Dagster
        warnings.simplefilter("ignore", dg.PreviewWarning)
        specs = [_spec(table, partitions) for table in contracts()]

    @dg.multi_asset_check(name="contract_checks", specs=specs)
    def check_contracts(
        context: dg.AssetCheckExecutionContext, workspace: WorkspaceResource
    ) -> Iterator[dg.AssetCheckResult]:
        from pipelines.quality.checks import run_checks

        paths = workspace.workspace()
        profile = paths.profile(context.partition_key)
        mission = read_mission(profile)
        report("checks")
        with (
            retrying(context),
            open_warehouse(paths.warehouse(mission.mission)) as connection,
            numbered_step(connection, refresh_number(context.run), "contract_checks"),
        ):
            results = run_checks(connection, mission, profile)
        _refuse_crashed(results)
        stopping = [check for check in results if check.stops_release]
        if stopping:
            tables = sorted({check.table for check in stopping})
            facts = {"tables": tables, "checks": [one.check for one in stopping]}
            for line in send_notices(Notice(mission.mission, "check_blocks", facts)):
                context.log.info(line)
        for table in contracts():
            yield _of_table(table, [check for check in results if check.table == table])

    return check_contracts


def _spec(table: str, partitions: dg.PartitionsDefinition) -> dg.AssetCheckSpec:
    return dg.AssetCheckSpec(
        "contract",
        asset=core_key(table),
        description="Expectations of the contract, facts on completeness; a warning stops nothing",
        blocking=True,
        partitions_def=partitions,
    )


def _refuse_crashed(results: list[CheckResult]) -> None:
    crashed = [check for check in results if check.status == "error"]
    if crashed:
        raise InternalFault(
            Problem("check_crashed", value=check.check, parameters={"reason": check.observed})
            for check in crashed
        )


def _of_table(table: str, results: list[CheckResult]) -> dg.AssetCheckResult:
    failed = [check for check in results if check.status == "failed"]
    blocking = [check for check in failed if check.severity == "blocking"]
    severity = dg.AssetCheckSeverity.ERROR if blocking else dg.AssetCheckSeverity.WARN
    return dg.AssetCheckResult(
        asset_key=core_key(table),
        check_name="contract",
        passed=not failed,
        severity=severity,
        description=" ".join(check.sentence_en for check in [*blocking, *failed][:3]) or None,
        metadata={"checks": len(results), "failed": [check.check for check in failed]},
    )
