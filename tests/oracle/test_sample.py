"""Every cell of the engine against a slow program that knows only the definitions.

The sample is small and has rows planted that test the rules (`hard_cases.py`). A cell that only
one side has is a difference.
"""

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import duckdb
import pandas as pd
import pytest

from indicators.definitions.catalogue import load_catalogue
from indicators.definitions.mission_profile import Mission, Selected, read_mission
from indicators.engine.refresh import compute
from pipelines import sample
from pipelines.ingest.inbox import ingest
from pipelines.warehouse.connection import open_warehouse
from pipelines.workspace.paths import Workspace
from tests.oracle.hard_cases import plant
from tests.oracle.recompute import differences, engine_cells, published, recompute
from tests.oracle.world import PERIOD_TYPES, read_world
from tests.worlds.rows.stored import rows_were_changed

WITHOUT_RETURNS = {
    "P1-OP-02", "P1-OP-03", "P2-OC-02", "P2-OC-03", "P2-OC-07", "P2-OC-08", "P2-OP-09", "P3-OP-07",
    "P1-OP-04", "P3-OP-06", "P3-OP-05",
}  # fmt: skip
AS_OF = date(2026, 10, 15)
SIZES = {"activities": 1500, "incidents": 400, "alerts": 300, "waves": 3, "respondents": 480}


@pytest.fixture(scope="module")
def workspace(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    workspace = Workspace(tmp_path_factory.mktemp("independent"))
    sample.install(workspace, **SIZES)
    return workspace


@pytest.fixture(scope="module")
def warehouse(workspace: Workspace) -> Iterator[duckdb.DuckDBPyConnection]:
    ingest(workspace, read_mission(workspace.profile("sample")))
    with open_warehouse(workspace.warehouse("sample")) as connection:
        plant(connection)
        yield connection


def compared(
    connection: duckdb.DuckDBPyConnection, profile: Path, codes: set[str]
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Differences over all cells of these indicators, and the engine's cells."""
    mission = _with_indicators(read_mission(profile), codes)
    rows_were_changed(connection)
    compute(connection, mission, load_catalogue(), AS_OF, profile)
    engine = engine_cells(connection.execute("SELECT * FROM mart.indicator_value").df())
    world = read_world(connection, mission, AS_OF)
    ours = pd.concat(recompute(world, engine), ignore_index=True)
    kinds = {code: load_catalogue()[code].measure.kind for code in codes}
    adding = [code for code, kind in kinds.items() if kind in ("count", "sum", "count_distinct")]
    ours = published(world, ours, adding)
    return differences(ours[ours["indicator"].isin(codes)], engine), engine


def _with_indicators(mission: Mission, codes: set[str]) -> Mission:
    chosen = {entry.code: entry for entry in mission.indicators}
    entries = tuple(chosen.get(code, Selected(code=code)) for code in sorted(codes))
    changes = {"indicators": entries, "period_types": tuple(PERIOD_TYPES)}
    return mission.model_copy(update=changes)


def assert_equal(found: pd.DataFrame) -> None:
    """Fails with the number of differences by indicator and column, and the first of each."""
    counts = found.groupby(["indicator", "dimension", "column"]).size()
    first = found.groupby(["indicator", "column"]).head(2)
    text = f"{len(found)} differences\n{counts.to_string()}\n{first.to_string()}"
    assert len(found) == 0, text


def test_every_cell_is_what_the_definitions_say(
    warehouse: duckdb.DuckDBPyConnection, workspace: Workspace, shared_folder: Path
) -> None:
    listed = set(pd.read_csv(shared_folder / "reference" / "poc_indicators.csv")["code"])
    assert listed <= set(load_catalogue())
    found, engine = compared(warehouse, workspace.profile("sample"), listed)
    assert_equal(found)
    assert set(engine["indicator"]) == listed
    assert set(engine["period_type"]) == set(PERIOD_TYPES)
    # Every kind of value and of empty was there to be compared.
    assert set(engine["obs_status"]) == {"A", "P", "O", "L", "M", "U"}


def test_a_source_without_returns_says_zero_where_it_has_any_row(
    warehouse: duckdb.DuckDBPyConnection, workspace: Workspace
) -> None:
    """Definition 13, for sources that owe returns in the sample and none in other missions."""
    warehouse.execute("DELETE FROM core.reporting_returns")
    warehouse.execute(
        "DELETE FROM core.incidents WHERE occurred_on BETWEEN '2025-02-01' AND '2025-03-31'"
    )
    found, engine = compared(warehouse, workspace.profile("sample"), WITHOUT_RETURNS)
    assert_equal(found)
    assert set(engine["obs_status"]) == {"A", "P", "O", "M"}
