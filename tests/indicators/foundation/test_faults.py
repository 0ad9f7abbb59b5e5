"""Unexpected errors by kind and place, and what is no error: somebody stopped it."""

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
