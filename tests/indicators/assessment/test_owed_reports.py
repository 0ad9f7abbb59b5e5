"""Which reports speak for an area: its own and those below it, else those of the area above."""

import duckdb
import pytest

from indicators.assessment.empty_reasons import reports_said
from indicators.assessment.owed_reports import SOURCES, Reports, added, owed_reports_sql
from indicators.definitions.vocabularies import vocabularies
from indicators.foundation.mart_tables import MART_TABLES

AREAS = (("C", None), ("N", "C"), ("N1", "N"), ("N1S", "N1"), ("N2", "N"))
RETURNS = (
    ("activities", "N1", "2026-08-01", "submitted"),
    ("activities", "N1", "2026-08-01", "no_access"),
    ("activities", "N2", "2026-08-01", "no_access"),
    ("activities", "N2", "2026-09-01", "not_due"),
    ("alerts", "C", "2026-08-01", "nil"),
    ("alerts", "N1", "2026-08-01", "not_submitted"),
)


def found() -> dict[tuple[str, str, int], Reports]:
    """By area, source and month."""
    with duckdb.connect() as connection:
        connection.execute("CREATE SCHEMA mart")
        for table in ("area", "return_status"):
            body = ", ".join(f'"{name}" {kind}' for name, kind in MART_TABLES[table].items())
            connection.execute(f"CREATE TABLE mart.{table} ({body})")
        connection.executemany(
            "INSERT INTO mart.area (mission, area_code, parent_area_code) VALUES ('m', ?, ?)", AREAS
        )
        connection.executemany(
            'INSERT INTO mart.return_status (mission, source, area, "month", status)'
            " VALUES ('m', ?, ?, ?, ?)",
            RETURNS,
        )
        rows = connection.execute(
            f'SELECT area, source, month("month"), due, received, no_access'
            f" FROM ({owed_reports_sql()})"
        ).fetchall()
    return {row[:3]: Reports(*row[3:]) for row in rows}


def test_the_reports_of_an_area_are_its_own_and_those_below_it() -> None:
    known = found()
    assert known["C", "activities", 8] == known["N", "activities", 8] == Reports(3, 1, 2)
    assert known["N2", "activities", 8] == Reports(1, 0, 1)
    assert known["C", "alerts", 8] == Reports(2, 1, 0)


def test_an_area_that_owes_none_is_spoken_for_by_the_nearest_above_it_that_does() -> None:
    known = found()
    assert known["N1S", "activities", 8] == Reports(2, 1, 1)
    assert known["N1S", "alerts", 8] == Reports(1, 0, 0)  # N1, not the country
    assert known["N2", "alerts", 8] == Reports(1, 1, 0)  # the country: nothing nearer owes any


def test_a_report_that_is_not_due_is_not_missing() -> None:
    assert not [key for key in found() if key[2] == 9]


@pytest.mark.parametrize(
    ("reports", "english"),
    [
        (Reports(), []),
        (Reports(3, 3), []),
        (Reports(3, 1, 2), ["provisional: 1 of 3 reports"]),
        (Reports(3, 0, 2), ["no report received from the area"]),
        (added([Reports(2, 0, 2), Reports(1, 0, 1)]), ["no access to the area in this period"]),
    ],
)
def test_what_is_said_beside_a_count(reports: Reports, english: list[str]) -> None:
    assert [said.words("en") for said in reports_said(reports)] == english


def test_the_sources_of_counts_are_tables_of_the_mart_and_sources_that_report() -> None:
    assert set(SOURCES) <= set(MART_TABLES)
    assert {name for names in SOURCES.values() for name in names} <= set(
        vocabularies()["source"].labels
    )
