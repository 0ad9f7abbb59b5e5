-- Days since the last completed patrol of each component, by area: see `presence` in facts.py
WITH patrols AS (
  SELECT area, component, started_on_local AS patrolled_on, is_long_range
  FROM logged_activity
  WHERE activity_type = 'patrol' AND status = 'completed' AND started_on_local <= $as_of
),
due AS (
  SELECT up.area, unit.component, own."month",
    bool_and(own.status IN ('submitted', 'nil')) AS is_whole
  FROM mart.return_status AS own
  JOIN cube.area_ancestor AS up ON up.area_code = own.area
  JOIN (SELECT DISTINCT unit_code, component FROM core.units) AS unit USING (unit_code)
  WHERE own.source = 'activities' AND own.status <> 'not_due' AND own."month" <= $month
  GROUP BY ALL
),
covered AS (
  SELECT area, component, last_day(max("month") FILTER (is_whole)) AS covered_on
  FROM due GROUP BY ALL
),
logged AS (
  SELECT least(last_day(max(started_on_local)), last_day(CAST($month AS DATE))) AS logged_until
  FROM logged_activity WHERE started_on_local <= $as_of
),
placed AS (
  SELECT patrols.*, CASE WHEN covered.area IS NULL THEN logged_until ELSE covered_on END
    AS covered_on
  FROM patrols LEFT JOIN covered USING (area, component), logged
)
SELECT area, component, covered_on,
  greatest(date_diff('day', max(patrolled_on), covered_on), 0)::DOUBLE AS days,
  date_diff('day', max(patrolled_on), CAST($as_of AS DATE))::DOUBLE AS days_as_of,
  greatest(date_diff('day', max(patrolled_on) FILTER (is_long_range), covered_on), 0)
    ::DOUBLE AS days_long_range
FROM placed GROUP BY area, component, covered_on ORDER BY ALL
