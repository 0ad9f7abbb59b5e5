"""Rows that an indicator leaves out or leaves open are counted among the checks, once."""

from datetime import date

from pipelines.quality.checks import check_values
from pipelines.quality.facts.left_out import searches_without_site
from tests.worlds.rows.warehouse import SmallWarehouse, small_mission

DAY = date(2026, 1, 10)


def test_incidents_that_nobody_has_placed_are_told_once_however_often_values_are_checked() -> None:
    small = SmallWarehouse()
    base = {"latitude": 0, "longitude": 0, "from_on": date(2026, 1, 1)}
    small.add("deployments", [base])
    placed = {"occurred_on": DAY, "latitude": "1", "longitude": 0}
    small.add("incidents", [placed, placed | {"latitude": None, "longitude": None}])
    small.compute("P2-OP-15")
    for _ in range(2):
        check_values(small.connection, small_mission(["P2-OP-15"]))
    stored = small.connection.execute(
        """SELECT severity, status, rows_failed FROM mart.quality_check
        WHERE check_name = 'incidents.near_base_decided'"""
    ).fetchall()
    assert stored == [("warning", "failed", 1)]


def test_weapons_searches_without_a_kind_of_site_are_counted() -> None:
    small = SmallWarehouse()
    search = {"activity_type": "weapons_search", "status": "completed"}
    small.add("activities", [search, search | {"site_type": "camp"}, {"activity_type": "patrol"}])
    (found,) = searches_without_site(small.connection)
    assert (found.status, found.rows_failed) == ("failed", 1)
