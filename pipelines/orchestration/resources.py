"""Resources: where the workspace lies, as of which day a run computes, and who counts rows."""

from datetime import date
from pathlib import Path

import dagster as dg

from indicators.definitions.mission_profile import Mission
from indicators.incremental.row_engine import DUCKDB, RowEngine
from pipelines.workspace.paths import Workspace


class WorkspaceResource(dg.ConfigurableResource):
    """The workspace's folder."""

    home: str

    def workspace(self) -> Workspace:
        """The workspace that this resource names."""
        return Workspace(Path(self.home))


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
