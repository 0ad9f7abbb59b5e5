"""Resources: where the workspace lies and as of which day a run computes."""

from datetime import date
from pathlib import Path

import dagster as dg

from pipelines.workspace import Workspace


class WorkspaceResource(dg.ConfigurableResource):  # type: ignore[type-arg]
    """The workspace's folder."""

    home: str

    def workspace(self) -> Workspace:
        """The workspace that this resource names."""
        return Workspace(Path(self.home))


class AsOf(dg.ConfigurableResource):  # type: ignore[type-arg]
    """The as-of day as ISO text; empty: the day of the run."""

    day: str = ""

    def date(self) -> date:
        """The as-of day."""
        return date.fromisoformat(self.day) if self.day else date.today()
