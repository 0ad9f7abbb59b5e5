"""Resources: where the workspace lies, as of which day a run computes, and who counts rows."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager, nullcontext
from datetime import date
from itertools import chain
from pathlib import Path

import dagster as dg
from dagster._core.storage.tags import PARTITION_NAME_TAG

from indicators.definitions.mission_profile import Mission, read_mission
from indicators.incremental.row_engine import DUCKDB, RowEngine
from pipelines.orchestration.runs.progress import report
from pipelines.workspace.other_core import end_other_core
from pipelines.workspace.paths import Workspace
from pipelines.workspace.warehouse.turns import turn


class WorkspaceResource(dg.ConfigurableResource):
    """The workspace's folder."""

    home: str

    def workspace(self) -> Workspace:
        """The workspace that this resource names."""
        return Workspace(Path(self.home))

    @contextmanager
    def yield_for_execution(self, context: dg.InitResourceContext) -> Iterator["WorkspaceResource"]:
        """A run waits for those of its mission that came before it, whoever started them."""
        mission = _mission_of(context.run.tags) if context.run else ""
        place = self.workspace().warehouse(mission)
        waits = turn(place, lambda before: report("queue", before)) if mission else nullcontext()
        try:
            with waits:
                yield self
        finally:
            end_other_core()


def _mission_of(tags: Mapping[str, str]) -> str:
    """The mission of a run by its partition; empty for one that has none."""
    return tags.get(f"{PARTITION_NAME_TAG}/mission") or tags.get(PARTITION_NAME_TAG, "")


class AsOf(dg.ConfigurableResource):
    """The as-of day as ISO text; empty: the mission's last day if it is past, else today."""

    day: str = ""

    def of(self, mission: Mission) -> date:
        """The as-of day of a run for this mission."""
        return mission.as_of_day(date.fromisoformat(self.day) if self.day else None)


class Rows(dg.ConfigurableResource):
    """Which engine goes over the rows; empty: as the mission's profile says."""

    engine: str = ""
    master: str = ""

    def of(self, mission: Mission, workspace: Workspace) -> RowEngine:
        """The engine of a run for this mission."""
        engine = self.engine or ("spark" if mission.spark_master else "duckdb")
        if engine == "duckdb":
            return DUCKDB
        from indicators.engine.spark.row_engine import SparkRows
        from indicators.engine.spark.session import LOCAL_MASTER

        master = self.master or mission.spark_master or LOCAL_MASTER
        return SparkRows(master, workspace.row_files(mission.mission))

    def require_countable(self, workspace: Workspace, name: str) -> None:
        """Before anything of a refresh is done. Raises WrongUse for all that the mission asks and
        the engine cannot count."""
        mission = read_mission(workspace.profile(name))
        engine = self.of(mission, workspace)
        if engine is DUCKDB:
            return
        from indicators.compiler.derived.functions import functions_sql
        from indicators.definitions.catalogue import load_catalogue, selected_indicators
        from indicators.definitions.versions import computed_versions
        from indicators.engine.refresh import row_statements
        from indicators.linkage.evidence.results import row_statements_of_edges
        from indicators.linkage.framework.model import read_framework

        catalogue = load_catalogue()
        chosen = selected_indicators(catalogue, [own.code for own in mission.indicators])
        selected = {indicator.code: indicator for indicator in chosen}
        framework = read_framework(workspace.profile(name), catalogue)
        asked = chain(
            row_statements(mission, computed_versions(chosen)),
            row_statements_of_edges(framework, selected, catalogue),
        )
        engine.begin(asked, list(functions_sql(mission, mission.starts_on.isoformat())))
