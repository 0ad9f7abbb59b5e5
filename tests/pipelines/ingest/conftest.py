"""A small mission whose sources the tests write themselves, and short ways to look at results."""

import shutil
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import duckdb
import pytest
import yaml

from indicators.definitions.mission_profile import Mission, read_mission
from pipelines.ingest.file_report import FileReport
from pipelines.ingest.inbox import IngestReport, ingest
from pipelines.warehouse.connection import open_warehouse
from pipelines.workspace.paths import Workspace
from tests.worlds.source_mappings import AREAS, AREAS_CSV, POPULATION

MISSION: dict[str, Any] = {
    "mission": "small",
    "name": {"en": "Small", "fr": "Petite"},
    "country_area": "XX",
    "time_zone": "Africa/Juba",
    "starts_on": "2020-01-01",
    "ends_on": "2026-12-31",
    "boundaries": {"en": "None.", "fr": "Aucune."},
    "reject_limit_pct": 100,
    "indicators": [],
}


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
        path = self.profile / "mission.yaml"
        path.write_text(yaml.safe_dump(MISSION | self.settings), encoding="utf-8")
        return read_mission(self.profile)

    def add_source(self, source: dict[str, Any]) -> None:
        path = self.profile / "sources" / f"{source['source']}.yaml"
        path.write_text(yaml.safe_dump(source, sort_keys=False), encoding="utf-8")

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


@pytest.fixture(scope="session")
def small_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The small mission with three areas already taken in, made once."""
    workspace = Workspace(tmp_path_factory.mktemp("small"))
    (workspace.profile("small") / "sources").mkdir(parents=True)
    workspace.inbox("small").mkdir(parents=True)
    made = SmallMission(workspace)
    made.add_source(AREAS)
    made.add_source(POPULATION)
    made.deliver("areas.csv", AREAS_CSV)
    return workspace.home


@pytest.fixture
def small(small_template: Path, tmp_path: Path) -> SmallMission:
    """The small mission with three areas already taken in, for this test alone."""
    shutil.copytree(small_template, tmp_path / "small")
    return SmallMission(Workspace(tmp_path / "small"))


@pytest.fixture
def clock() -> Iterator[duckdb.DuckDBPyConnection]:
    """A plain connection in UTC for expressions alone."""
    with duckdb.connect() as connection:
        connection.execute("SET TimeZone = 'UTC'")
        yield connection
