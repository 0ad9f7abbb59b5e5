"""Eligible place-times as SQL: planned for a month in which no such activity went, though it could.

Controls that nobody had to call off (README 1.9, "eligible place-times from the plan"). What is
compared are areas and months of `activity_plan`, one event each. With the activity: its first one
that month, with the effort of all. Without, as control, where

- something of the kind was planned, and the month is over;
- nothing of the kind went, of whatever component or hour;
- nothing of the kind was called off for insecurity or for no named reason;
- no return of activities is missing and access was not lost: else something may have gone unseen.

A control has the place, day of the month and hour of one of the area's own first activities, drawn
evenly from all of these, so that both kinds lie alike in place and month.
"""

from indicators.compiler.indicator_filter import filter_sql
from indicators.definitions.indicator import Indicator

PLANNED = "planned"
# What a line of the plan says of its activity; at more of the output's conditions it cannot look.
_PLAN_COLUMNS = frozenset({"activity_type", "is_long_range"})


def place_time_sql(output: Indicator, treated: str, beside: str) -> str:
    """CTEs that end with `standing` and `place_time`, alike in columns: those of an activity.

    After the CTEs `place` (area_code, parent, area_level) and `done` (activities with their
    `type`: those looked at, and beside them those of other kinds, one event a month each).
    Parameters: called_off, security.
    """
    planned = filter_sql(output, within=_PLAN_COLUMNS)
    return f"""
planned AS (
  SELECT DISTINCT CASE WHEN area_level = 'site' THEN parent ELSE area_code END AS area, "month"
  FROM core.activity_plan JOIN place USING (area_code)
  WHERE coalesce({planned}, false) AND planned_quantity > 0 AND last_day("month") <= as_of_day()
    AND area_code NOT IN (  -- a plan for a wider area says of no place in it
      SELECT parent FROM place WHERE parent IS NOT NULL AND area_level <> 'site')
),
logged AS (
  SELECT *, CASE WHEN area_level = 'site' THEN parent ELSE area_code END AS area,
    local_date(started_at) AS "day", CAST(date_trunc('month', "day") AS DATE) AS "month",
    latitude IS NOT NULL AND longitude IS NOT NULL
      AND (latitude <> 0 OR longitude <> 0) AS has_place
  FROM done LEFT JOIN place USING (area_code)
),
standing AS (
  SELECT activity_code AS code, type, started_at, "day", latitude, longitude, has_place, area_code,
    area, sum(person_days) OVER month_there AS person_days,
    sum(nights_out) OVER month_there AS nights_out,
    sum(distance_km) OVER month_there AS distance_km,
    bool_and(is_back_same_day) OVER month_there AS is_back_same_day
  FROM logged JOIN planned USING (area, "month")
  WHERE type IN ('{treated}', '{beside}')
  WINDOW month_there AS (PARTITION BY area, "month", type)
  QUALIFY row_number() OVER (
    PARTITION BY area, "month", type ORDER BY has_place DESC, started_at, activity_code) = 1
),
closed AS (
  SELECT area, "month" FROM logged
  WHERE coalesce({planned}, false) AND NOT (
    list_contains($called_off, status)
    AND status_reason IS NOT NULL AND NOT list_contains($security, status_reason))
  UNION
  SELECT area, "month" FROM mart.return_status
  WHERE source = 'activities' AND status IN ('not_submitted', 'no_access')
),
eligible AS (
  SELECT area, "month", count(*) OVER (PARTITION BY area) AS months,
    row_number() OVER (PARTITION BY area ORDER BY "month") - 1 AS number
  FROM (SELECT area, "month" FROM planned EXCEPT SELECT area, "month" FROM closed)
),
visited AS (
  SELECT area, started_at, "day", latitude, longitude, count(*) OVER (PARTITION BY area) AS visits,
    row_number() OVER (PARTITION BY area ORDER BY started_at) - 1 AS number
  FROM standing WHERE has_place AND type = '{treated}'
),
place_time AS (
  SELECT concat_ws(' ', area, "month") AS code, '{PLANNED}' AS type,
    local_midnight(least("month" + CAST(day("day") - 1 AS INTEGER), last_day("month")))
      + (started_at - local_midnight("day")) AS started_at,
    latitude, longitude, area AS area_code,
    NULL AS person_days, NULL AS nights_out, NULL AS distance_km, false AS is_back_same_day
  FROM eligible JOIN visited USING (area)
  WHERE visited.number = floor((eligible.number + 0.5) * visits / months)
)"""
