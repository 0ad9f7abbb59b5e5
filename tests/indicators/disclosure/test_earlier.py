"""What was published before is known, and what was withheld before stays withheld."""

from collections.abc import Mapping
from datetime import date

import duckdb
import pyarrow.compute as pc
import pytest

from indicators.disclosure import EarlierRelease, suppress
from indicators.disclosure.earlier import EARLIER_COLUMNS
from indicators.mission import DisclosurePolicy
from tests.indicators.mart_rows import COUNTRY, MISSION, empty_mart, fill, indicator, value

AREAS = ("N1", "N2", "N3", "N4")
JULY = date(2026, 8, 15)


def table(counts: Mapping[str, int]) -> duckdb.DuckDBPyConnection:
    """July by area with its total, as the mission has it."""
    connection = empty_mart()
    fill(connection, "indicator", [indicator(measure="count")])
    parents = dict.fromkeys(AREAS, COUNTRY) | {COUNTRY: None}
    fill(
        connection,
        "area",
        [
            {"mission": MISSION, "area_code": area, "parent_area_code": above}
            for area, above in parents.items()
        ],
    )
    cells = {**counts, COUNTRY: sum(counts.values())}
    rows = [
        value(period="2026-07", area=area, n=n, value=float(n), numerator=float(n))
        for area, n in cells.items()
    ]
    fill(connection, "indicator_value", rows)
    return connection


def published(
    counts: Mapping[str, int], earlier: list[EarlierRelease] | None = None
) -> duckdb.DuckDBPyConnection:
    """The same as an audience sees it."""
    connection = table(counts)
    suppress(connection, DisclosurePolicy(min_n=5), "mission", earlier=earlier or [])
    return connection


def release(connection: duckdb.DuckDBPyConnection, as_of: date = JULY) -> EarlierRelease:
    columns = ", ".join(EARLIER_COLUMNS)
    values = connection.sql(f"SELECT {columns} FROM mart.indicator_value").to_arrow_table()
    return EarlierRelease(as_of, values)


def statuses(connection: duckdb.DuckDBPyConnection) -> str:
    """The status of each of the four areas and of the country."""
    rows = connection.execute("SELECT area, conf_status FROM mart.indicator_value").fetchall()
    found = dict(rows)
    return "".join(found[area] for area in (*AREAS, COUNTRY))


def test_equal_counts_are_withheld_alike_again() -> None:
    counts = {"N1": 3, "N2": 9, "N3": 20, "N4": 30}
    first = published(counts)
    assert statuses(first) == "CDFFF"
    assert statuses(published(counts, [release(first)])) == "CDFFF"


def test_what_was_shown_before_protects_nothing() -> None:
    """N2 would be the cheapest cover of N1; readers have it already."""
    first = published({"N1": 9, "N2": 9, "N3": 20, "N4": 30})
    assert statuses(first) == "FFFFF"
    later = {"N1": 3, "N2": 9, "N3": 21, "N4": 30}
    assert statuses(published(later)) == "CDFFF"
    assert statuses(published(later, [release(first)])) == "CFDFF"


@pytest.mark.parametrize(("as_of", "expected"), [(JULY, "DD"), (date(2026, 7, 15), "FF")])
def test_what_was_withheld_of_a_finished_period_stays_withheld(as_of: date, expected: str) -> None:
    """Late cases make N1 large enough; shown now, N2 would tell what N1 was before."""
    first = published({"N1": 3, "N2": 9, "N3": 20, "N4": 30})
    later = published({"N1": 8, "N2": 9, "N3": 20, "N4": 30}, [release(first, as_of)])
    assert statuses(later)[:2] == expected


def test_a_count_that_follows_from_what_was_shown_is_known_too() -> None:
    """The first release had no row for N1; the others and their sum tell it."""
    counts = {"N1": 3, "N2": 9, "N3": 20, "N4": 30}
    shown = release(table(counts)).values  # nothing is withheld in it yet
    first = EarlierRelease(JULY, shown.filter(pc.field("area") != "N1"))
    again = table(counts)
    found = suppress(again, DisclosurePolicy(min_n=5), "mission", earlier=[first])
    assert (found.primary, found.known, found.derivable) == (1, 1, 0)
    assert statuses(again) == "CFFFF"


def test_a_small_count_that_readers_have_is_marked_and_told_as_unprotected() -> None:
    """The bound was raised: four cases were shown under it and cannot be taken back."""
    first = empty_mart()
    fill(first, "indicator", [indicator(measure="count")])
    fill(first, "indicator_value", [value(n=4, value=4.0, numerator=4.0)])
    suppress(first, DisclosurePolicy(min_n=2), "mission")
    again = empty_mart()
    fill(again, "indicator", [indicator(measure="count")])
    fill(again, "indicator_value", [value(n=4, value=4.0, numerator=4.0)])
    found = suppress(again, DisclosurePolicy(min_n=5), "mission", earlier=[release(first)])
    assert (found.primary, found.known) == (1, 1)
    assert again.execute("SELECT conf_status FROM mart.indicator_value").fetchall() == [("C",)]
