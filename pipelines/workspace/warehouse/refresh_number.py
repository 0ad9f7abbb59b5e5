"""The mart's one number: the refresh that left it, known once all of its steps are done.

A refresh takes the number away when it begins, and each of its steps says when it has ended, also
where its tables stood. What a killed refresh leaves has no number and is in no release.
"""

from collections.abc import Iterator
from contextlib import contextmanager

import duckdb

STEPS = (
    "ingest",
    "contract_checks",
    "values_and_evidence",
    "protection_gap",
    "strategy_and_judgements",
)
_FINISHED = "ops.refresh_step"


def begin_step(connection: duckdb.DuckDBPyConnection, number: str, step: str) -> None:
    """Takes the number of any other refresh away, and what this one said of the step before."""
    connection.execute(f"DELETE FROM {_FINISHED} WHERE number <> ? OR step = ?", [number, step])


def end_step(connection: duckdb.DuckDBPyConnection, number: str, step: str) -> None:
    """The refresh of this number has done the step."""
    connection.execute(f"INSERT INTO {_FINISHED} VALUES (?, ?)", [number, step])


@contextmanager
def numbered_step(connection: duckdb.DuckDBPyConnection, number: str, step: str) -> Iterator[None]:
    """A step of a refresh: what raises or is killed in it leaves a mart without a number."""
    begin_step(connection, number, step)
    yield
    end_step(connection, number, step)


def mart_number(connection: duckdb.DuckDBPyConnection) -> str | None:
    """The number of the refresh that made all of the mart; None where none did."""
    rows = connection.execute(f"SELECT number, step FROM {_FINISHED}").fetchall()
    numbers, steps = {number for number, _ in rows}, {step for _, step in rows}
    return numbers.pop() if len(numbers) == 1 and steps == set(STEPS) else None
