"""The functions of expressions as DuckDB macros, with the mission's time zone and parameters."""

import re
from collections.abc import Iterator, Sequence

from indicators.compiler.derived.nearest import EARTH_RADIUS_KM
from indicators.definitions.mission_profile import Mission, Setting
from indicators.foundation.calendar.time_zones import local_time_sql
from indicators.foundation.sql_text import literal

_NAME = re.compile(r"MACRO (\w+\()")


def functions_used(functions: Sequence[str], text: str) -> list[str]:
    """Those that SQL calls, by itself or by another of them; each calls only those before it."""
    used: list[str] = []
    called = text.lower()
    for function in reversed(functions):
        name = _NAME.search(function)
        if name and name[1] in called:
            used.insert(0, function)
            called += function.lower()
    return used


def functions_sql(mission: Mission | Setting, as_of: str) -> Iterator[str]:
    """The functions of expressions, with the mission's time zone and parameters in them.

    `as_of` is an ISO date. Timestamps are UTC; `local_…` gives the clock of the mission's zone.
    """
    zone = mission.time_zone
    hours = mission.parameters.target_hours
    yield f"CREATE OR REPLACE TEMP MACRO as_of_day() AS DATE '{as_of}'"
    yield f"CREATE OR REPLACE TEMP MACRO country_area() AS {literal(mission.country_area)}"
    yield f"CREATE OR REPLACE TEMP MACRO local_time(moment) AS {local_time_sql(zone)}"
    yield "CREATE OR REPLACE TEMP MACRO local_date(moment) AS CAST(local_time(moment) AS DATE)"
    yield """CREATE OR REPLACE TEMP MACRO is_night(moment) AS
  hour(local_time(moment)) >= 18 OR hour(local_time(moment)) < 6"""
    # Seconds of night since 1970, where a night ends a day that begins at 06:00.
    yield """CREATE OR REPLACE TEMP MACRO night_seconds(seconds) AS
  43200 * floor(seconds / 86400) + greatest(0, seconds - 86400 * floor(seconds / 86400) - 43200)"""
    yield """CREATE OR REPLACE TEMP MACRO night_share(begun, ended) AS CASE
  WHEN ended = begun THEN CASE WHEN is_night(begun) THEN 1 ELSE 0 END
  WHEN ended > begun THEN
    (night_seconds(epoch(local_time(ended)) - 21600)
      - night_seconds(epoch(local_time(begun)) - 21600))
    / (epoch(local_time(ended)) - epoch(local_time(begun)))
  END"""
    yield """CREATE OR REPLACE TEMP MACRO minutes_between(begun, ended) AS
  (epoch_us(ended) - epoch_us(begun)) / 60000000"""
    yield """CREATE OR REPLACE TEMP MACRO hours_after(moment, hours) AS
  moment + to_microseconds(CAST(hours * 3600000000 AS BIGINT))"""
    yield """CREATE OR REPLACE TEMP MACRO just_before(moment) AS
  moment - to_microseconds(1)"""
    yield "CREATE OR REPLACE TEMP MACRO days_between(begun, ended) AS ended - begun"
    # The same day of a later month, else that month's last day (definitions 14).
    yield """CREATE OR REPLACE TEMP MACRO months_after(day, months) AS
  CAST(day + to_months(CAST(months AS INTEGER)) AS DATE)"""
    yield f"""CREATE OR REPLACE TEMP MACRO local_midnight(day) AS
  timezone('UTC', timezone('{zone}', CAST(day AS TIMESTAMP)))"""
    parameters = mission.parameters
    yield f"CREATE OR REPLACE TEMP MACRO near_base_km() AS {parameters.near_base_km}"
    months = parameters.police_post_carry_months
    yield f"CREATE OR REPLACE TEMP MACRO police_post_carry_months() AS {months}"
    branches = " ".join(f"WHEN '{level}' THEN {hours[level]}" for level in sorted(hours))
    yield f"CREATE OR REPLACE TEMP MACRO target_hours(level) AS CASE level {branches} END"
    yield f"""CREATE OR REPLACE TEMP MACRO great_circle_km(lat_a, lon_a, lat_b, lon_b) AS
  2 * {EARTH_RADIUS_KM} * asin(sqrt(
    sin(radians(lat_b - lat_a) / 2) ** 2
    + cos(radians(lat_a)) * cos(radians(lat_b)) * sin(radians(lon_b - lon_a) / 2) ** 2))"""
