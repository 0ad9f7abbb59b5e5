"""Queries beside the declarations of mart tables: each fills its own, after those that it reads."""

import re

import pytest

from indicators.engine.mart_queries import MART_QUERIES


@pytest.mark.parametrize("table", MART_QUERIES)
def test_a_query_fills_the_table_of_its_file(table: str) -> None:
    assert re.findall(r"INSERT INTO (\S+)", MART_QUERIES[table]) == [f"mart.{table}"]


def test_a_query_runs_after_those_whose_tables_it_reads() -> None:
    order = list(MART_QUERIES)
    assert order.index("review_candidate") < order.index("pending_action")
