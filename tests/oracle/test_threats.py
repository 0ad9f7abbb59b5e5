"""Threats by tier, hot spots and operations of the sample against the same in pandas."""

from datetime import date

import pandas as pd
import pytest

from indicators.definitions.catalogue import load_catalogue
from indicators.definitions.mission_profile import read_mission
from indicators.engine.refresh import compute
from pipelines.workspace.warehouse.connection import open_warehouse
from tests.oracle import recompute_threats
from tests.oracle.world import World, read_world
from tests.worlds.sample import SMALL, ingested_sample

AS_OF = date(2026, 10, 15)
Tables = dict[str, pd.DataFrame]


@pytest.fixture(scope="module")
def both(tmp_path_factory: pytest.TempPathFactory) -> tuple[World, Tables]:
    """The core tables, and the three tables of the mart."""
    workspace = ingested_sample(tmp_path_factory, "threats", **SMALL)
    profile = workspace.profile("sample")
    with open_warehouse(workspace.warehouse("sample")) as connection:
        mission = read_mission(profile)
        chosen = [entry for entry in mission.indicators if entry.code == "P2-OP-20"]
        mission = mission.model_copy(update={"indicators": tuple(chosen)})
        compute(connection, mission, load_catalogue(), AS_OF, profile)
        names = ("threat_response", "hot_spot", "operation")
        found = {name: connection.execute(f"FROM mart.{name}").df() for name in names}
        return read_world(connection, mission, AS_OF), found


def _assert_same(ours: pd.DataFrame, engine: pd.DataFrame) -> None:
    assert len(ours) > 10
    own = engine[list(ours)].sort_values(list(ours)[:4], ignore_index=True)
    pd.testing.assert_frame_equal(own.astype(str), ours.astype(own.dtypes.to_dict()).astype(str))


def test_each_threat_by_tier(both: tuple[World, Tables]) -> None:
    world, engine = both
    ours = recompute_threats.threat_response(world)
    assert (ours["done"] == 0).any() and (ours["places"] > 1).any()
    assert (ours["planned"] > ours["done"]).any() and ours["planned"].isna().any()
    _assert_same(ours, engine["threat_response"])


def test_each_hot_spot(both: tuple[World, Tables]) -> None:
    world, engine = both
    _assert_same(recompute_threats.hot_spots(world), engine["hot_spot"])


def test_each_operation(both: tuple[World, Tables]) -> None:
    world, engine = both
    _assert_same(recompute_threats.operations(world), engine["operation"])
