"""Incidents one by one: those against civilians, pooled, with what is known of warning and base."""

from datetime import date, datetime

from indicators.foundation.mart_tables import totals_sql
from tests.worlds.rows.warehouse import SmallWarehouse

OWN = {
    "area_code": "A1a",
    "location_precision": "admin2",
    "against_civilians": True,
    "incident_type": "killing",
    "occurred_on": date(2026, 1, 10),
    "date_precision": "day",
}


def _warehouse(alerted: datetime | None = None) -> SmallWarehouse:
    small = SmallWarehouse()
    small.add(
        "incidents",
        [
            {**OWN, "incident_code": "killed", "deaths_civilian": 2, "near_base": True},
            {**OWN, "incident_code": "hidden", "incident_type": "sexual_violence"},
            {**OWN, "incident_code": "month", "date_precision": "month"},
            {**OWN, "incident_code": "clash", "against_civilians": False},
            {**OWN, "incident_code": "later", "occurred_on": date(2031, 1, 1)},
        ],
    )
    if alerted:
        small.add("alerts", [{"area_code": "A1", "received_at": alerted}])
    return small


def test_each_stands_once_with_what_is_known_of_it() -> None:
    small = _warehouse(datetime(2026, 1, 5, 12))
    small.compute("D-IM-02")
    found = small.connection.execute(
        "SELECT incident_code, area, type, killed, warned, is_near_base FROM mart.incident "
        "ORDER BY incident_code"
    ).fetchall()
    assert found == [
        ("hidden", "A1a", "injury_or_protected", None, True, None),
        ("killed", "A1a", "killing", 2, True, True),
        ("month", "A1a", "killing", None, None, None),
    ]
    counted = small.connection.execute(
        "SELECT value FROM mart.indicator_value WHERE indicator = 'D-IM-02' AND area = 'C' "
        f"AND period = '2026-01' AND {totals_sql()}"
    ).fetchall()
    assert counted == [(len(found),)]


def test_the_injured_do_not_tell_which_of_the_pooled_kinds_it_was() -> None:
    small = SmallWarehouse()
    kinds = {"abduction": 1, "injury": 3, "sexual_violence": 0}
    rows = [
        {**OWN, "incident_code": kind, "incident_type": kind, "injured_civilian": injured}
        for kind, injured in kinds.items()
    ]
    small.add("incidents", rows)
    small.compute("D-IM-02")
    found = small.connection.execute(
        "SELECT type, injured FROM mart.incident ORDER BY incident_code"
    ).fetchall()
    assert found == [("abduction", 1), *[("injury_or_protected", None)] * 2]


def test_a_mission_that_does_not_count_them_has_no_such_rows() -> None:
    small = _warehouse()
    small.compute("P2-OP-15")
    assert small.connection.execute("SELECT count(*) FROM mart.incident").fetchone() == (0,)


def test_without_a_list_of_alerts_nobody_knows_of_a_warning() -> None:
    small = _warehouse()
    small.compute("D-IM-02")
    rows = small.connection.execute("SELECT DISTINCT warned FROM mart.incident").fetchall()
    assert rows == [(None,)]


def test_an_alert_of_the_day_itself_or_of_a_fortnight_before_is_no_warning() -> None:
    for day in (datetime(2026, 1, 10, 1), datetime(2025, 12, 26, 12)):
        small = _warehouse(day)
        small.compute("D-IM-02")
        found = small.connection.execute(
            "SELECT warned FROM mart.incident WHERE incident_code = 'killed'"
        ).fetchall()
        assert found == [(False,)]
