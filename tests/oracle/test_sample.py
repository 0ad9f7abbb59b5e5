"""Every cell of the engine, and its trend, against a slow program that knows only the definitions.

The sample is small and has rows planted that test the rules (`hard_cases.py`). A cell that only
one side has is a difference.
"""

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import duckdb
import pandas as pd
import pytest

from indicators.assessment.trend import trends
from indicators.definitions.catalogue import load_catalogue
from indicators.definitions.mission_profile import Mission, Selected, read_mission
from indicators.engine.refresh import compute
from indicators.foundation.mart_tables import totals_sql
from indicators.foundation.numbers.statistics import benjamini_hochberg
from pipelines.workspace.paths import Workspace
from pipelines.workspace.warehouse.connection import open_warehouse
from tests.conftest import FIGURES
from tests.oracle.hard_cases import plant
from tests.oracle.recompute import differences, engine_cells, published, recompute
from tests.oracle.recompute_trends import BASIS, KEY, recompute_trends
from tests.oracle.world import PERIOD_TYPES, read_world
from tests.worlds.sample import SMALL, ingested_sample

WITHOUT_RETURNS = {
    "P1-OP-02", "P1-OP-03", "P2-OC-02", "P2-OC-03", "P2-OC-07", "P2-OC-08", "P2-OP-09", "P3-OP-07",
    "P1-OP-04", "P3-OP-06", "P3-OP-05",
}  # fmt: skip
BESIDE = {
    "D-OP-08",
    "D-OP-09",
    "D-IM-01",
    "D-IM-02",
    "D-IM-04",
}  # beside the list, and recomputed too
AS_OF = date(2026, 10, 15)


@pytest.fixture(scope="module", autouse=True)
def plain_texts() -> Iterator[None]:
    """Texts as Python has them: the slow program looks at one after the other."""
    with pd.option_context("mode.string_storage", "python"):
        yield


@pytest.fixture(scope="module")
def workspace(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    return ingested_sample(tmp_path_factory, "independent", **SMALL)


@pytest.fixture(scope="module")
def warehouse(workspace: Workspace) -> Iterator[duckdb.DuckDBPyConnection]:
    with open_warehouse(workspace.warehouse("sample")) as connection:
        plant(connection)
        yield connection


def compared(
    connection: duckdb.DuckDBPyConnection, profile: Path, codes: set[str]
) -> tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame]:
    """Differences over all cells of these indicators, the engine's cells and ours."""
    mission = _with_indicators(read_mission(profile), codes)
    compute(connection, mission, load_catalogue(), AS_OF, profile)
    engine = engine_cells(connection.execute("SELECT * FROM mart.indicator_value").df())
    world = read_world(connection, mission, AS_OF)
    ours = pd.concat(recompute(world, engine), ignore_index=True)
    kinds = {code: load_catalogue()[code].measure.kind for code in codes}
    adding = [code for code, kind in kinds.items() if kind in ("count", "sum", "count_distinct")]
    ours = published(world, ours, adding)
    ours = ours[ours["indicator"].isin(codes)]
    return differences(ours, engine), engine, ours


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
    warehouse: duckdb.DuckDBPyConnection, workspace: Workspace
) -> None:
    first = set(pd.read_csv(FIGURES / "poc_indicators.csv")["code"])
    listed = {code for code in load_catalogue() if not code.startswith("D-")} | BESIDE
    assert first < listed
    found, engine, ours = compared(warehouse, workspace.profile("sample"), listed)
    assert_equal(found)
    assert set(engine["indicator"]) == listed
    assert set(engine["period_type"]) == set(PERIOD_TYPES)
    # Every kind of value and of empty was there to be compared.
    assert set(engine["obs_status"]) == {"A", "P", "O", "L", "M", "U"}
    assert_trends_equal(warehouse, read_mission(workspace.profile("sample")), ours)


TREND_PERIODS = ("2026-W30", "2026-07", "2026-Q3", "2026/27")  # one history, but the week’s


def assert_trends_equal(
    connection: duckdb.DuckDBPyConnection, mission: Mission, ours: pd.DataFrame
) -> None:
    """What trends were found on and why there is none, in all cells; their words in all families
    without a survey, whose p-values are not recomputed here."""
    trends(connection, mission)
    catalogue, world = load_catalogue(), read_world(connection, mission, AS_OF)
    record = connection.execute(
        "SELECT indicator, known_from, known_to FROM mart.indicator"
    ).fetchall()
    known = {
        code: (pd.Timestamp(first or "1900"), pd.Timestamp(last or "2200"))
        for code, first, last in record
    }
    rows = recompute_trends(world, ours, catalogue, known, TREND_PERIODS)
    slow = pd.DataFrame(rows).reindex(columns=[*KEY, "trend_reason", *BASIS, "p", "change"])
    engine = connection.execute(
        f"""SELECT indicator, period, area, trend, trend_reason, {", ".join(BASIS)}
        FROM mart.indicator_value AS cell
        WHERE list_contains(?, period) AND {totals_sql()} AND value IS NOT NULL
          AND obs_status IN ('A', 'P')""",
        [list(TREND_PERIODS)],
    ).df()
    both = slow.merge(engine, on=KEY, how="left", suffixes=("", "_engine"))
    for column in ("trend_reason", *BASIS):
        mine, theirs = (both[name].astype(object) for name in (column, f"{column}_engine"))
        differs = both[(mine != theirs) & (mine.notna() | theirs.notna())]
        assert len(differs) == 0, differs.groupby("indicator").head(2).to_string()
    reasons = {"reports_missing", "fall_in_doubt", "does_not_add"}
    assert reasons <= set(both["trend_reason"]), set(both["trend_reason"])
    of_area = both[both["p"].notna() & (both["area"] != mission.country_area)]
    family = pd.factorize(of_area["indicator"] + of_area["period"])[0]
    q = benjamini_hochberg(of_area["p"].to_numpy(), family)
    direction = of_area["indicator"].map(lambda code: catalogue[code].direction)
    words = ["no_clear_change" if one >= 0.05 else "" for one in q]
    ways = [
        word or _word(change > 0, way)
        for word, change, way in zip(words, of_area["change"], direction, strict=True)
    ]
    assert ways == of_area["trend"].tolist()
    assert (of_area["p"] < 0.05).any(), of_area.nsmallest(8, "p").to_string()


def _word(rises: bool, direction: str) -> str:
    if direction == "neutral":
        return "more" if rises else "fewer"
    return "improving" if rises == (direction == "up") else "worsening"


def test_a_source_without_returns_says_zero_where_it_has_any_row(
    warehouse: duckdb.DuckDBPyConnection, workspace: Workspace
) -> None:
    """Definition 13, for sources that owe returns in the sample and none in other missions."""
    warehouse.execute("DELETE FROM core.reporting_returns")
    warehouse.execute(
        "DELETE FROM core.incidents WHERE occurred_on BETWEEN '2025-02-01' AND '2025-03-31'"
    )
    found, engine, _ = compared(warehouse, workspace.profile("sample"), WITHOUT_RETURNS)
    assert_equal(found)
    assert set(engine["obs_status"]) == {"A", "P", "O", "M"}
