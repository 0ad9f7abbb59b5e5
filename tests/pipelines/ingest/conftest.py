"""What tests of the intake alone need."""

from collections.abc import Iterator

import duckdb
import pytest


@pytest.fixture(scope="module")
def clock() -> Iterator[duckdb.DuckDBPyConnection]:
    """A plain connection in UTC for expressions alone."""
    with duckdb.connect() as connection:
        connection.execute("SET TimeZone = 'UTC'")
        yield connection
