"""One rule for what is overdue, in SQL and of what people write."""

from datetime import date, timedelta

import duckdb
import pytest

from indicators.foundation.calendar.overdue import is_overdue, overdue_sql

_DAY = date(2026, 9, 30)


@pytest.mark.parametrize("due_on", [None, *(_DAY + timedelta(days=days) for days in (-1, 0, 1))])
@pytest.mark.parametrize("done_on", [None, _DAY])
def test_the_engine_and_the_records_hold_the_same_to_be_overdue(
    due_on: date | None, done_on: date | None
) -> None:
    with duckdb.connect() as connection:
        connection.execute(f"CREATE MACRO as_of_day() AS DATE '{_DAY}'")
        asked = f"SELECT {overdue_sql('due_on', 'done_on')} FROM (SELECT $1::DATE AS due_on,"
        (of_engine,) = connection.execute(
            f"{asked} $2::DATE AS done_on)", [due_on, done_on]
        ).fetchall()[0]
    assert of_engine is is_overdue(due_on, done_on is not None, _DAY)
    assert of_engine is (due_on == _DAY - timedelta(days=1) and done_on is None)
