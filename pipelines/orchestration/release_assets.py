"""Release assets: the candidate and the published release of a mission and quarter."""

import dagster as dg

from indicators.definitions.mission_profile import read_mission
from pipelines.orchestration.assets import mart_key
from pipelines.orchestration.resources import WorkspaceResource
from pipelines.orchestration.runs.failures import in_words
from pipelines.orchestration.runs.progress import report
from pipelines.workspace.warehouse.connection import open_warehouse

# The last of the mart that a refresh makes; with them all of it is there.
_RELEASED = ("indicator_value", "result_link", "protection_gap", "field_judgement", "strategy")
CANDIDATE = dg.AssetKey(["release", "candidate"])
PUBLISHED = dg.AssetKey(["release", "published"])


class Publication(dg.Config):
    """Who approved the partner copy of this release (nobody: it is not made), and whether one that
    would be the current release once more is refused."""

    partner_approved_by: str = ""
    if_changed: bool = False


def publication(**chosen: str | bool) -> dict[str, object]:
    """The part of a run's configuration that says what is asked of a publication."""
    return {"ops": {CANDIDATE.to_python_identifier(): {"config": chosen}}}


def release_assets(partitions: dg.MultiPartitionsDefinition) -> list[dg.AssetsDefinition]:
    """`release/candidate` (built beside, checked) and `release/published` (renamed, current)."""

    @dg.asset(
        key=CANDIDATE,
        deps=[mart_key(table) for table in _RELEASED],
        group_name="release",
        partitions_def=partitions,
        description="A whole release in a folder of its own, not yet seen by anyone",
    )
    def candidate(
        context: dg.AssetExecutionContext, workspace: WorkspaceResource, config: Publication
    ) -> dg.MaterializeResult:
        from pipelines.release.candidate import build_candidate, require_facts

        mission, quarter = _mission_and_quarter(context)
        paths = workspace.workspace()
        report("release")
        with in_words(context), open_warehouse(paths.warehouse(mission)) as connection:
            profile = read_mission(paths.profile(mission))
            require_facts(connection, profile, quarter)
            asked = (config.partner_approved_by, config.if_changed)
            built = build_candidate(connection, paths, profile, quarter, *asked)
        return dg.MaterializeResult(metadata={"release": built.name, "path": str(built.path)})

    @dg.asset(
        key=PUBLISHED,
        deps=[CANDIDATE],
        group_name="release",
        partitions_def=partitions,
        description="The immutable release that dashboards and headquarters read",
    )
    def published(
        context: dg.AssetExecutionContext, workspace: WorkspaceResource
    ) -> dg.MaterializeResult:
        from pipelines.release.publishing import publish_candidate

        mission, quarter = _mission_and_quarter(context)
        with in_words(context):
            release = publish_candidate(workspace.workspace(), mission, quarter)
        return dg.MaterializeResult(metadata={"release": release.name, "path": str(release.path)})

    return [candidate, published]


def _mission_and_quarter(context: dg.AssetExecutionContext) -> tuple[str, str]:
    keys = context.partition_key.keys_by_dimension
    return keys["mission"], keys["quarter"]
