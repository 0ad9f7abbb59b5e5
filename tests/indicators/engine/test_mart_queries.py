"""Queries beside the declarations of mart tables: each fills its own, after those that it reads."""

import re

import duckdb
import pytest

from indicators.engine.mart_queries import MART_QUERIES, fill_tables
from indicators.foundation.mart_tables import mart_ddl


@pytest.mark.parametrize("table", MART_QUERIES)
def test_a_query_fills_the_table_of_its_file(table: str) -> None:
    assert re.findall(r"INSERT INTO (\S+)", MART_QUERIES[table]) == [f"mart.{table}"]


def test_a_query_runs_after_those_whose_tables_it_reads() -> None:
    order = list(MART_QUERIES)
    assert order.index("review_candidate") < order.index("pending_action")


def test_a_value_that_a_query_asks_for_and_nobody_gives_is_refused() -> None:
    with duckdb.connect() as connection:
        for statement in mart_ddl():
            connection.execute(statement)
        with pytest.raises(KeyError, match="mission"):
            fill_tables(connection, {})
