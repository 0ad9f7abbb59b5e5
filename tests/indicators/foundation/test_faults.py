"""Unexpected errors by kind and place, and what is no error: somebody stopped it."""

import sqlite3
from pathlib import Path

import pytest

from indicators.foundation.faults import is_disk_full, quoting_no_row, traceback_of


def test_who_stops_a_question_is_told_of_no_error() -> None:
    """What DuckDB 2.0 raises where Ctrl-C falls into a question, as seen in a killed refresh."""
    with pytest.raises(KeyboardInterrupt), quoting_no_row():
        raise RuntimeError("Query interrupted")
    with pytest.raises(RuntimeError), quoting_no_row():
        raise RuntimeError("something else")


def test_errors_that_name_each_other_are_told_once() -> None:
    first, second = ValueError("a cell"), KeyError("another")
    first.__context__, second.__context__ = second, first
    assert traceback_of(first) == "KeyError\n\nValueError\n"


def test_an_error_of_sqlite_is_told_with_its_code_and_without_its_text(tmp_path: Path) -> None:
    file = tmp_path / "records.db"
    with sqlite3.connect(file, timeout=0) as one, sqlite3.connect(file, timeout=0) as other:
        one.execute("BEGIN IMMEDIATE")
        with pytest.raises(sqlite3.OperationalError) as locked:
            other.execute("BEGIN IMMEDIATE")
    told = traceback_of(locked.value)
    assert told.endswith("sqlite3.OperationalError (SQLITE_BUSY)\n")
    assert "database is locked" not in told


def test_a_database_of_sqlite_that_takes_no_more_is_a_full_disk(tmp_path: Path) -> None:
    with sqlite3.connect(tmp_path / "runs.db") as runs:
        runs.execute("PRAGMA max_page_count = 2")
        with pytest.raises(sqlite3.OperationalError) as full:
            runs.execute("CREATE TABLE event AS SELECT zeroblob(100000) AS told")
        with pytest.raises(sqlite3.OperationalError) as other:
            runs.execute("SELECT * FROM nothing")
    wrapped = RuntimeError("told by a library")
    wrapped.__cause__ = full.value
    assert is_disk_full(full.value) and is_disk_full(wrapped)
    assert not is_disk_full(other.value)
