"""Asset checks: what the contracts expect of their tables, run by Great Expectations.

A blocking finding stops what comes after it. A check that crashes is an error of the step and
never counted as a finding about the data.
"""

import warnings
from collections.abc import Iterator, Mapping
from typing import Any

import dagster as dg

from indicators.definitions.contracts import contracts
from indicators.definitions.mission_profile import read_mission
from indicators.foundation.errors import CheckFailed, InternalFault, Problem
from indicators.foundation.messages import LANGUAGES, message
from pipelines.orchestration.assets import core_key, refresh_number
from pipelines.orchestration.resources import WorkspaceResource
from pipelines.orchestration.runs.failures import in_words, refused
from pipelines.orchestration.runs.progress import report
from pipelines.orchestration.triggers.notices import Notice, send_notices
from pipelines.quality.check_results import CheckResult
from pipelines.workspace.warehouse.connection import open_warehouse
from pipelines.workspace.warehouse.refresh_number import numbered_step

_TOLD = 3  # sentences beside a check; its metadata hold all


class ContractsBlock(CheckFailed):
    """What the contracts expect was not found, so nothing is computed anew."""


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
        from pipelines.quality.rejects.summary import tables_with_rejects
        from pipelines.quality.violations import first_rejected

        paths = workspace.workspace()
        profile = paths.profile(context.partition_key)
        mission = read_mission(profile)
        report("checks")
        with (
            in_words(context),
            open_warehouse(paths.warehouse(mission.mission)) as connection,
            numbered_step(connection, refresh_number(context.run), "contract_checks"),
        ):
            results = run_checks(connection, mission, profile)
            rejected = {
                table: {one: first_rejected(connection, table, one) for one in LANGUAGES}
                for table in tables_with_rejects(connection)
            }
        _refuse_crashed(results)
        stopping = [check for check in results if check.stops_release]
        if stopping:
            tables = sorted({check.table for check in stopping})
            facts = {"tables": tables, "checks": [one.check for one in stopping]}
            for line in send_notices(Notice(mission.mission, "check_blocks", facts)):
                context.log.info(line)
        for table in contracts():
            found = [check for check in results if check.table == table]
            yield _of_table(table, found, rejected.get(table, {}))
        if stopping:  # said before Dagster says only how many they are
            raise refused(ContractsBlock(_stopping_problem(check) for check in stopping))

    return check_contracts


def _spec(table: str, partitions: dg.PartitionsDefinition) -> dg.AssetCheckSpec:
    return dg.AssetCheckSpec(
        "contract",
        asset=core_key(table),
        description="What the table must satisfy (columns, codes, keys, limits) and what to know "
        "of it (missing reports, possible duplicates). It fails only where a finding blocks: then "
        "no figure is computed and nothing is published. Warnings stop nothing.",
        blocking=True,
        partitions_def=partitions,
    )


def _stopping_problem(check: CheckResult) -> Problem:
    words = {"sentence_en": check.sentence_en, "sentence_fr": check.sentence_fr}
    return Problem("check_blocks", value=check.check, parameters=words)


def _refuse_crashed(results: list[CheckResult]) -> None:
    crashed = [check for check in results if check.status == "error"]
    if crashed:
        raise InternalFault(
            Problem("check_crashed", value=check.check, parameters={"reason": check.observed})
            for check in crashed
        )


def _of_table(
    table: str, results: list[CheckResult], rejected: Mapping[str, list[str]]
) -> dg.AssetCheckResult:
    """Not passed only where something blocks; warnings are told, after what blocks.

    `rejected`: places and rules of the first rejected rows, by language.
    """
    failed = [check for check in results if check.status == "failed"]
    found = sorted(failed, key=lambda check: not check.stops_release)
    blocking = sum(check.stops_release for check in failed)
    metadata: dict[str, Any] = {
        "checks": len(results),
        "blocking": blocking,
        "warnings": len(failed) - blocking,
    }
    if found:
        metadata["found"] = _listed([check.sentence_en for check in found])
        metadata["constaté"] = _listed([check.sentence_fr for check in found])
    if rejected.get("en"):
        metadata["rejected rows, the first"] = _listed(rejected["en"])
        metadata["lignes rejetées, les premières"] = _listed(rejected["fr"])
    return dg.AssetCheckResult(
        asset_key=core_key(table),
        check_name="contract",
        passed=not blocking,
        severity=dg.AssetCheckSeverity.ERROR if blocking else dg.AssetCheckSeverity.WARN,
        description=_told([check.sentence_en for check in found], bool(blocking)),
        metadata=metadata,
    )


def _listed(sentences: list[str]) -> dg.MarkdownMetadataValue:
    return dg.MetadataValue.md("\n".join(f"- {sentence}" for sentence in sentences))


def _told(sentences: list[str], blocks: bool) -> str | None:
    """What Dagster shows beside a check: three sentences at most, and what to do if it blocks."""
    told = sentences[:_TOLD]
    if blocks:
        told.append(message("orchestration.check_blocks", "en"))
    return " ".join(told) or None
