"""A small sample mission, generated and ingested once for all tests of this folder."""

import csv
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import duckdb
import pytest

from indicators.definitions.mission_profile import Mission, read_mission
from pipelines.ingest.inbox import IngestReport, ingest
from pipelines.sample import Truth, generate
from pipelines.sample.cycle import write_cycle
from pipelines.workspace.installation import install_profile
from pipelines.workspace.paths import Workspace
from pipelines.workspace.warehouse.connection import open_warehouse

SIZES = {"activities": 1_500, "incidents": 600, "alerts": 400, "respondents": 480}


@dataclass(frozen=True)
class SmallSample:
    """The workspace after a first ingest of everything in the inbox."""

    workspace: Workspace
    mission: Mission
    truth: Truth
    report: IngestReport
    beside: Path

    @property
    def bad_rows(self) -> list[dict[str, str]]:
        """The rows of `bad_rows.csv`."""
        with (self.beside / "bad_rows.csv").open(encoding="utf-8") as file:
            return list(csv.DictReader(file))


@pytest.fixture(scope="package")
def small_sample(tmp_path_factory: pytest.TempPathFactory) -> SmallSample:
    workspace = Workspace(tmp_path_factory.mktemp("sample"))
    install_profile(workspace, "sample")
    beside = workspace.home / "sample"
    write_cycle(workspace.home)
    truth = generate(workspace.inbox("sample"), seed=10, beside=beside, **SIZES)
    mission = read_mission(workspace.profile("sample"))
    return SmallSample(workspace, mission, truth, ingest(workspace, mission), beside)


@pytest.fixture()
def warehouse(small_sample: SmallSample) -> Iterator[duckdb.DuckDBPyConnection]:
    with open_warehouse(small_sample.workspace.warehouse("sample")) as connection:
        yield connection
