"""The whole job on a real mission: profile copied to a workspace, files read in place."""

import hashlib
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from pathlib import Path

import duckdb
import pandas as pd

from indicators.definitions.catalogue import load_catalogue
from indicators.definitions.mission_profile import Mission, read_mission
from indicators.engine.refresh import compute
from indicators.foundation.data_folder import data_folder
from pipelines.ingest.inbox import IngestReport, ingest
from pipelines.quality.check_results import CheckResult
from pipelines.workspace.paths import Workspace
from pipelines.workspace.warehouse.connection import open_warehouse


@dataclass(frozen=True)
class Refreshed:
    """One mission after ingest and compute."""

    workspace: Workspace
    mission: Mission
    profile: Path
    report: IngestReport
    connection: duckdb.DuckDBPyConnection

    def frame(self, query: str, *parameters: object) -> pd.DataFrame:
        """The rows of a query."""
        return self.connection.execute(query, list(parameters)).df()

    @cached_property
    def checks(self) -> list[CheckResult]:
        """The quality checks of the mission."""
        from pipelines.quality.checks import run_checks  # Great Expectations loads in seconds

        return run_checks(self.connection, self.mission, self.profile)

    def totals(self, indicator: str, period_type: str) -> pd.DataFrame:
        """Values of an indicator by period and area, without breakdown."""
        return self.frame(
            """
            SELECT period, area, value, numerator, denominator, n, se, ci_low, ci_high, deff,
                method, obs_status, conf_status
            FROM mart.indicator_value
            WHERE indicator = ? AND period_type = ? AND unit_type IN ('_T', '_Z')
                AND activity_type IN ('_T', '_Z') AND actor IN ('_T', '_Z')
                AND sex IN ('_T', '_Z') AND age_group IN ('_T', '_Z')
                AND breakdown_value IN ('_T', '_Z')
            ORDER BY period, area
            """,
            indicator,
            period_type,
        )

    def values(self, indicator: str, period_type: str) -> dict[tuple[str, str], float]:
        """(period, area): value, of the cells that have one other than zero."""
        cells = self.totals(indicator, period_type)
        cells = cells[cells["value"].fillna(0) != 0]
        return {(row.period, row.area): float(row.value) for row in cells.itertuples()}


def copy_profile(mission: str, home: Path) -> Workspace:
    """A workspace with the profile of this mission."""
    workspace = Workspace(home)
    shutil.copytree(data_folder() / "missions" / mission, workspace.profile(mission))
    return workspace


@contextmanager
def refreshed(workspace: Workspace, mission_name: str, as_of: date) -> Iterator[Refreshed]:
    """Ingest and compute; the warehouse stays open while the tests read it."""
    profile = workspace.profile(mission_name)
    mission = read_mission(profile)
    report = ingest(workspace, mission)
    with open_warehouse(workspace.warehouse(mission_name)) as connection:
        compute(connection, mission, load_catalogue(), as_of, profile)
        yield Refreshed(workspace, mission, profile, report, connection)


def copied(refreshed: Refreshed) -> set[str]:
    """SHA-256 of files of the workspace with the content of a file that was read in place."""
    ledger = refreshed.frame("SELECT file_sha256 FROM ops.input_file")
    kept = {
        hashlib.sha256(path.read_bytes()).hexdigest()
        for path in refreshed.workspace.home.rglob("*")
        if path.is_file() and path.suffix not in (".duckdb", ".wal", ".lock")
    }
    assert len(ledger) >= 5 and kept
    return kept & set(ledger["file_sha256"])
