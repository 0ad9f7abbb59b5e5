"""Local time by addition is the local time that ICU gives, in zones with and without changes."""

import duckdb
import pytest

from indicators.foundation.calendar.time_zones import local_time_sql, still_stretches

ZONES = ["Africa/Juba", "Africa/Bamako", "Europe/Paris", "Asia/Kathmandu", "America/Port-au-Prince"]


@pytest.mark.parametrize("zone", ZONES)
def test_every_third_hour_is_as_icu_says(zone: str) -> None:
    connection = duckdb.connect()
    connection.execute("SET TimeZone = 'UTC'")
    connection.execute(f"CREATE MACRO local_time(moment) AS {local_time_sql(zone)}")
    wrong = connection.execute(
        """SELECT moment FROM (SELECT unnest(range(
          TIMESTAMP '1965-01-01', TIMESTAMP '2105-01-01', INTERVAL 3 HOUR)) AS moment)
        WHERE local_time(moment) IS DISTINCT FROM timezone($zone, timezone('UTC', moment))""",
        {"zone": zone},
    ).fetchall()
    assert wrong == []
    assert connection.execute("SELECT local_time(CAST(NULL AS TIMESTAMP))").fetchall() == [(None,)]


def test_the_day_on_which_the_clock_was_set_back_is_right_to_the_second() -> None:
    connection = duckdb.connect()
    connection.execute("SET TimeZone = 'UTC'")
    connection.execute(f"CREATE MACRO local_time(moment) AS {local_time_sql('Africa/Juba')}")
    moments = ["2021-01-31 20:59:59", "2021-01-31 21:00:00", "2021-01-31 23:00:00"]
    found = [
        str(connection.execute("SELECT local_time(CAST(? AS TIMESTAMP))", [text]).fetchall()[0][0])
        for text in moments
    ]
    assert found == ["2021-01-31 23:59:59", "2021-01-31 23:00:00", "2021-02-01 01:00:00"]


def test_zones_that_stood_still_have_a_stretch_and_those_with_summer_time_have_none() -> None:
    assert [stretch.seconds for stretch in still_stretches("Africa/Juba")][:2] == [7200, 10800]
    assert not [s for s in still_stretches("America/New_York") if s.begins.year > 1980]
