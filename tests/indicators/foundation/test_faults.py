"""Unexpected errors by kind and place, and what is no error: somebody stopped it."""

import sqlite3
from pathlib import Path

import pytest

from indicators.foundation.faults import quoting_no_row, traceback_of


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
