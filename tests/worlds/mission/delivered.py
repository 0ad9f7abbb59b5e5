"""A small mission whose sources the tests write themselves, and short ways to look at results."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from indicators.definitions.mission_profile import Mission, read_mission
from pipelines.ingest.file_report import FileReport
from pipelines.ingest.inbox import IngestReport, ingest
from pipelines.workspace.paths import Workspace
from pipelines.workspace.warehouse.connection import open_warehouse
from tests.worlds.mission.profile import profile, write_source, write_yaml

MISSION = profile("small", time_zone="Africa/Juba", ends_on="2026-12-31", reject_limit_pct=100)


@dataclass
class SmallMission:
    """A workspace with one mission; files go in through its inbox."""

    workspace: Workspace
    settings: dict[str, Any] = field(default_factory=dict)

    @property
    def profile(self) -> Path:
        return self.workspace.profile("small")

    @property
    def mission(self) -> Mission:
        write_yaml(self.profile / "mission.yaml", MISSION | self.settings)
        return read_mission(self.profile)

    def add_source(self, source: dict[str, Any]) -> None:
        write_source(self.profile, source)

    def drop(self, name: str, content: str | bytes) -> Path:
        """Puts a file into the inbox."""
        path = self.workspace.inbox("small") / name
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        return path

    def ingest(self, **options: Any) -> IngestReport:
        return ingest(self.workspace, self.mission, **options)

    def deliver(self, name: str, content: str | bytes) -> FileReport:
        """Drops one file in and takes it in; files that are read again for it come before it."""
        self.drop(name, content)
        return self.ingest().files[-1]

    def deliver_all(self, name: str, content: str | bytes) -> list[FileReport]:
        """Drops one file in; what became of it and of files that were read again for it."""
        self.drop(name, content)
        return self.ingest().files

    def query(self, sql: str) -> list[tuple[Any, ...]]:
        with open_warehouse(self.workspace.warehouse("small")) as connection:
            return connection.execute(sql).fetchall()
