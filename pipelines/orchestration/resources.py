"""Resources: where the workspace lies and as of which day a run computes."""

from datetime import date
from pathlib import Path

import dagster as dg

from indicators.definitions.mission_profile import Mission
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
