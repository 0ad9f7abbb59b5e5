"""A transaction as a block: whole, or as if it had never begun."""

import duckdb
import pytest

from indicators.foundation.stored.database import one_transaction


@pytest.fixture
def connection() -> duckdb.DuckDBPyConnection:
    found = duckdb.connect()
    found.execute("CREATE TABLE kept (number INTEGER)")
    return found


def numbers(connection: duckdb.DuckDBPyConnection) -> list[int]:
    return [number for (number,) in connection.execute("FROM kept").fetchall()]


@pytest.mark.parametrize("ending", [ValueError, KeyboardInterrupt])
def test_what_ends_early_leaves_nothing(
    connection: duckdb.DuckDBPyConnection, ending: type[BaseException]
) -> None:
    with pytest.raises(ending), one_transaction(connection):
        connection.execute("INSERT INTO kept VALUES (1)")
        raise ending
    assert numbers(connection) == []
    with one_transaction(connection):  # and the connection is fit for the next one
        connection.execute("INSERT INTO kept VALUES (2)")
    assert numbers(connection) == [2]


def test_a_failed_commit_says_why(tmp_path) -> None:
    """And not that there is nothing to roll back."""
    with duckdb.connect(str(tmp_path / "two.db")) as one, one.cursor() as other:
        one.execute("CREATE TABLE kept (number INTEGER PRIMARY KEY)")
        with pytest.raises(duckdb.Error) as refused, one_transaction(one):
            one.execute("INSERT INTO kept VALUES (1)")
            other.execute("INSERT INTO kept VALUES (1)")
    assert "duplicate" in str(refused.value).lower()
