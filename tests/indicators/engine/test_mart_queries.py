"""Queries beside the declarations of mart tables: each fills its own, after those that it reads."""

import re
from collections.abc import Iterator

import duckdb
import pytest

from indicators.definitions.catalogue import load_catalogue
from indicators.definitions.contracts import contracts
from indicators.definitions.mission_profile import read_mission
from indicators.engine import mart_queries
from indicators.engine.mart_queries import MART_QUERIES, ROWS_COME_OF, fill_tables
from indicators.engine.refresh import compute
from pipelines.sample.country import AS_OF
from pipelines.workspace.warehouse.connection import open_warehouse
from tests.worlds.sample import SMALL, ingested_sample

VALUES = {
    "mission": "sample",
    "name_en": "Minutam",
    "name_fr": "Minutam",
    "plan_kinds": list(contracts()["preparedness"].columns["plan_kind"].allowed_codes or ()),
}
COUNTED = frozenset(load_catalogue())


@pytest.mark.parametrize("table", MART_QUERIES)
def test_a_query_fills_the_table_of_its_file(table: str) -> None:
    assert re.findall(r"INSERT INTO (\S+)", MART_QUERIES[table]) == [f"mart.{table}"]


def test_a_query_runs_after_those_whose_tables_it_reads() -> None:
    order = list(MART_QUERIES)
    assert order.index("review_candidate") < order.index("pending_action")


@pytest.fixture(scope="module")
def computed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[duckdb.DuckDBPyConnection]:
    """A small sample with figures, and what its queries read besides."""
    workspace = ingested_sample(tmp_path_factory, "queries", **SMALL)
    profile = workspace.profile("sample")
    mission = read_mission(profile)
    with open_warehouse(workspace.warehouse("sample")) as connection:
        compute(connection, mission, load_catalogue(), AS_OF, profile)
        yield connection


# `area` is of `cube.area`, which is made of `core.areas` alone.
@pytest.mark.parametrize("table", [table for table in MART_QUERIES if table != "area"])
def test_nothing_comes_of_a_query_whose_core_tables_have_no_row(
    computed: duckdb.DuckDBPyConnection, table: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Which is why it is not asked then; all that is made of these tables is empty with them."""
    made_of = ROWS_COME_OF[table]
    emptied = [f'core."{name}"' for name in sorted(made_of)]
    emptied += [name for name, of in mart_queries.OF_PLANS.items() if made_of.issuperset(of)]
    emptied += [f"mart.{name}" for name, of in ROWS_COME_OF.items() if of <= made_of]
    monkeypatch.setattr(mart_queries, "MART_QUERIES", {table: MART_QUERIES[table]})
    count = f"SELECT count(*) FROM mart.{table}"
    assert made_of
    computed.execute("BEGIN")
    try:
        for name in emptied:
            if name != "changed_activity":  # a view of a table that is emptied too
                computed.execute(f"DELETE FROM {name}")
        fill_tables(computed, VALUES, COUNTED, ())
        assert computed.execute(count).fetchall() == [(0,)]
    finally:
        computed.execute("ROLLBACK")
    assert computed.execute(count).fetchall() != [(0,)]
