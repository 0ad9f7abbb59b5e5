"""Eligible place-times as SQL: planned for a month in which no such activity went, though it could.

A control that nobody had to call off (README 1.9, "eligible place-times from the plan"). One an
area and month of `activity_plan`, where in that month

- something of the kind was planned, and the month is over;
- nothing of the kind went, of whatever component or hour;
- nothing of the kind was called off for insecurity or for no named reason;
- no return of activities is missing and access was not lost: else something may have gone unseen.

The place is one to which the activities looked at went in other months, drawn evenly from all of
these; the time is the middle of the month at that activity's hour, so that the longest window on
either side lies in the month.
"""

from indicators.catalogue import Indicator
from indicators.linkage.counted_rows import counted_sql

PLANNED = "planned"
# What a line of the plan says of its activity; at more of the output's conditions it cannot look.
_PLAN_COLUMNS = frozenset({"activity_type", "is_long_range"})
_MIDDLE = 14  # days after the month's first


def place_time_sql(output: Indicator, treated: str) -> str:
    """CTEs that end with `place_time`: code, type, timestamp, lat, lon, area_code.

    After the CTEs `place` (area_code, parent, area_level) and `done` (activities with their
    `type`). Parameters: called_off, security.
    """
    planned = counted_sql(output, within=_PLAN_COLUMNS)
    return f"""
planned AS (
  SELECT CASE WHEN area_level = 'site' THEN parent ELSE area_code END AS area_code, "month"
  FROM core.activity_plan JOIN place USING (area_code)
  WHERE coalesce({planned}, false) AND planned_quantity > 0 AND last_day("month") <= as_of_day()
    AND area_code NOT IN (  -- a plan for a wider area says of no place in it
      SELECT parent FROM place WHERE parent IS NOT NULL AND area_level <> 'site')
),
logged AS (
  SELECT *, CASE WHEN area_level = 'site' THEN parent ELSE area_code END AS area,
    CAST(date_trunc('month', local_date(started_at)) AS DATE) AS "month"
  FROM done LEFT JOIN place USING (area_code)
),
closed AS (
  SELECT area AS area_code, "month" FROM logged
  WHERE coalesce({planned}, false) AND NOT (
    list_contains($called_off, status)
    AND status_reason IS NOT NULL AND NOT list_contains($security, status_reason))
  UNION
  SELECT area, "month" FROM mart.return_status
  WHERE source = 'activities' AND status IN ('not_submitted', 'no_access')
),
eligible AS (
  SELECT area_code, "month", count(*) OVER (PARTITION BY area_code) AS months,
    row_number() OVER (PARTITION BY area_code ORDER BY "month") - 1 AS number
  FROM (SELECT area_code, "month" FROM planned EXCEPT SELECT area_code, "month" FROM closed)
),
visited AS (
  SELECT area AS area_code, started_at, latitude, longitude,
    count(*) OVER (PARTITION BY area) AS visits,
    row_number() OVER (PARTITION BY area ORDER BY started_at, activity_code) - 1 AS number
  FROM logged
  WHERE type = '{treated}' AND latitude IS NOT NULL AND longitude IS NOT NULL
    AND NOT (latitude = 0 AND longitude = 0)
),
place_time AS (
  SELECT concat_ws(' ', area_code, "month") AS code, '{PLANNED}' AS type,
    "month" + INTERVAL {_MIDDLE} DAY + (started_at - date_trunc('day', started_at)) AS "timestamp",
    CAST(latitude AS DOUBLE) AS lat, CAST(longitude AS DOUBLE) AS lon, area_code
  FROM eligible JOIN visited USING (area_code)
  WHERE visited.number = floor((eligible.number + 0.5) * visits / months)
)"""
