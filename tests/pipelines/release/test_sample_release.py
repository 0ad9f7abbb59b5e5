"""The real path on a small part of the sample mission: files in, release out, twice the same.

Two workspaces get the same files, one works on one thread and the other on two.
"""

from datetime import date
from pathlib import Path

import pandas as pd
import pytest
import yaml

from indicators.assessment.rating import rate
from indicators.assessment.trend import trends
from indicators.definitions.catalogue import load_catalogue
from indicators.definitions.mission_profile import read_mission
from indicators.engine.refresh import compute
from indicators.linkage.evidence.results import begin_evidence
from indicators.linkage.framework.model import read_framework
from pipelines.ingest.inbox import ingest
from pipelines.quality.checks import run_checks
from pipelines.release.publishing import publish
from pipelines.release.reading.explain import explain
from pipelines.sample import generate
from pipelines.workspace.installation import install_profile
from pipelines.workspace.paths import Workspace
from pipelines.workspace.warehouse.connection import open_warehouse
from tests.worlds.mission.figures import call_refreshed

MISSION = "sample"
AS_OF = date(2026, 10, 15)
PERIOD = "2026-Q3"
KEPT = ("areas*", "units*", "activities_2026*", "alerts*", "reporting_returns_2026*")
KEPT += ("activity_plan_2025*", "activity_plan_2026*", "site_survey_w4*")
KEPT += ("hot_spots*", "hrddp_assessments*")  # activities name them
CHOSEN = ("P2-OP-01", "P2-OP-03", "P2-OC-03", "P2-OC-09")


@pytest.fixture(scope="module")
def files(tmp_path_factory) -> Path:
    """A few of the sample's files, each with its bad rows."""
    made, kept = (tmp_path_factory.mktemp(name) for name in ("made", "kept"))
    generate(made, activities=1000)
    for pattern in KEPT:
        for path in made.glob(pattern):
            path.rename(kept / path.name)
    return kept


@pytest.fixture(scope="module")
def releases(files, tmp_path_factory) -> tuple[Workspace, Workspace]:
    one, two = (Workspace(tmp_path_factory.mktemp(name)) for name in ("one", "two"))
    run(one, files, coming=0)
    run(two, files, coming=2**30)  # one thread, and all of the machine
    return one, two


def run(workspace: Workspace, files: Path, coming: int) -> None:
    """Ingest, checks, figures, ratings, links, release."""
    install_profile(workspace, MISSION)
    profile = workspace.profile(MISSION)
    choose(profile / "mission.yaml")
    mission = read_mission(profile)
    ingest(workspace, mission, sorted(files.iterdir()))
    catalogue = load_catalogue()
    with open_warehouse(workspace.warehouse(MISSION), coming) as connection:
        run_checks(connection, mission, profile)
        compute(connection, mission, catalogue, AS_OF)
        rate(connection, mission)
        trends(connection, mission)
        framework = read_framework(profile, catalogue)
        begin_evidence(connection, mission, framework, catalogue, AS_OF)()
        call_refreshed(connection)
        publish(workspace, MISSION, PERIOD, connection)


def choose(path: Path) -> None:
    """Four indicators of the profile, by month and quarter."""
    # As plain text: to YAML 1.1 the key `on` would be a truth value.
    profile = yaml.load(path.read_text(encoding="utf-8"), Loader=yaml.BaseLoader)
    profile["indicators"] = [entry for entry in profile["indicators"] if entry["code"] in CHOSEN]
    profile["period_types"] = ["M", "Q"]
    path.write_text(yaml.safe_dump(profile, allow_unicode=True), encoding="utf-8")
    (path.parent / "framework.yaml").unlink(missing_ok=True)


def released(workspace: Workspace) -> Path:
    return workspace.releases(MISSION) / f"{PERIOD}-r01"


def test_every_file_but_the_databases_is_the_same(releases) -> None:
    one, two = (contents(released(workspace)) for workspace in releases)
    kinds = {".parquet", ".csv", ".xlsx", ".json", ".pdf", ".xml"}
    assert {Path(name).suffix for name in one} == kinds
    assert one.keys() == two.keys()
    assert [name for name in one if one[name] != two[name]] == []


def contents(folder: Path) -> dict[str, bytes]:
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file() and path.suffix != ".duckdb" and path.name != "publication.json"
    }


def test_explain_says_what_an_independent_count_of_the_rows_says(releases) -> None:
    workspace = releases[0]
    found = explain(workspace, MISSION, "P2-OP-01", period=PERIOD)
    with open_warehouse(workspace.warehouse(MISSION)) as connection:
        activities = connection.execute("SELECT * FROM core.activities").df()
        units = connection.execute("SELECT * FROM core.units").df()
        ledger = connection.execute("SELECT * FROM ops.input_file").df()
        waiting = connection.execute("SELECT * FROM quarantine.activities").df()
    police = set(units.loc[units["component"] == "police", "unit_code"])
    zone = read_mission(workspace.profile(MISSION)).time_zone
    started = activities["started_at"].dt.tz_localize("UTC").dt.tz_convert(zone)
    counted = activities[
        (activities["activity_type"] == "patrol")
        & (activities["status"] == "completed")
        & activities["unit_code"].isin(police)
        & (started >= pd.Timestamp("2026-07-01", tz=zone))
        & (started < pd.Timestamp("2026-10-01", tz=zone))
    ]
    assert (found["value"], found["n"]) == (len(counted), len(counted))
    by_file = counted.groupby("file_sha256").size()
    names = ledger.set_index("file_sha256")["name"]
    assert {(file["sha256"], file["name"], file["rows"]) for file in found["files"]} == {
        (sha256, names[sha256], rows) for sha256, rows in by_file.items()
    }
    assert found["rejects"] == len(waiting.drop_duplicates(["file_sha256", "sheet", "row_number"]))
