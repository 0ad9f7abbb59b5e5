-- Days of each area, counted by what a model asks of a day: one row a cell, one pass over the days.
-- Reads the tables `activity` (area, day), `incident` (area, day, is_independent) and `returned`
-- (source, area, month, is_sent) of the schema `series`.
WITH sent AS (
  SELECT area, "month",
    bool_or(is_sent AND source = 'incidents') AS of_incidents,
    bool_or(is_sent AND source = 'activities') AS of_activities
  FROM series.returned GROUP BY ALL
),
-- Every month of the record for every area that owes returns.
area_month AS (
  SELECT area, CAST("month" AS DATE) AS "month",
    coalesce(of_incidents, false) AS of_incidents, coalesce(of_activities, false) AS of_activities
  FROM (SELECT DISTINCT area FROM sent)
  CROSS JOIN (
    SELECT unnest(generate_series(min("month"), max("month"), INTERVAL 1 MONTH)) AS "month"
    FROM sent
  )
  LEFT JOIN sent USING (area, "month")
),
-- 29 or 22 days touch two months at the most: a day asks its own and one beside it.
month_known AS (
  SELECT *, coalesce(lag(of_incidents) OVER beside, false) AS of_incidents_before,
    coalesce(lag(of_activities) OVER beside, false) AS of_activities_before,
    coalesce(lead(of_activities) OVER beside, false) AS of_activities_after
  FROM area_month WINDOW beside AS (PARTITION BY area ORDER BY "month")
),
area_day AS (
  SELECT area, "month", CAST("month" + CAST(number AS INTEGER) AS DATE) AS "day",
    of_incidents AND of_activities
      AND (number >= 28 OR of_incidents_before) AND (number >= 14 OR of_activities_before)
      AND (number + 7 < day(last_day("month")) OR of_activities_after) AS is_known
  FROM month_known CROSS JOIN unnest(range(day(last_day("month")))) AS days(number)
),
acted AS (SELECT DISTINCT area, "day", true AS is_same FROM series.activity),
recorded AS (
  SELECT area, "day", count(*) AS incidents,
    count(*) FILTER (WHERE is_independent) AS independent
  FROM series.incident GROUP BY ALL
),
observed AS (
  SELECT area_day.*, CASE WHEN is_same THEN "day" END AS acted_on,
    CAST(coalesce(incidents, 0) AS INTEGER) AS incidents,
    CAST(coalesce(independent, 0) AS INTEGER) AS independent
  FROM area_day LEFT JOIN acted USING (area, "day") LEFT JOIN recorded USING (area, "day")
),
around AS (
  SELECT area, "month", is_known, incidents, independent,
    acted_on IS NOT NULL AS is_same,
    "day" - max(acted_on) OVER before_14 AS since,
    count(acted_on) OVER after_7 > 0 AS is_lead,
    coalesce(sum(incidents) OVER before_7, 0) AS h7,
    coalesce(sum(incidents) OVER before_28, 0) AS h28,
    coalesce(sum(independent) OVER before_7, 0) AS k7,
    coalesce(sum(independent) OVER before_28, 0) AS k28
  FROM observed
  WINDOW
    before_14 AS (PARTITION BY area ORDER BY "day" ROWS BETWEEN 14 PRECEDING AND 1 PRECEDING),
    after_7 AS (PARTITION BY area ORDER BY "day" ROWS BETWEEN 1 FOLLOWING AND 7 FOLLOWING),
    before_7 AS (PARTITION BY area ORDER BY "day" ROWS BETWEEN 7 PRECEDING AND 1 PRECEDING),
    before_28 AS (PARTITION BY area ORDER BY "day" ROWS BETWEEN 28 PRECEDING AND 8 PRECEDING)
)
SELECT area, "month",
  CASE WHEN since IS NULL THEN 0 WHEN since <= 3 THEN 1 WHEN since <= 7 THEN 2 ELSE 3 END AS state,
  is_same, is_lead,
  CAST(least(h7, 4) AS INTEGER) AS h7, CAST(least(h28, 7) AS INTEGER) AS h28,
  CAST(least(k7, 4) AS INTEGER) AS k7, CAST(least(k28, 7) AS INTEGER) AS k28,
  count(*) AS days,
  CAST(sum(incidents) AS BIGINT) AS incidents, CAST(sum(independent) AS BIGINT) AS independent
FROM around
WHERE is_known
GROUP BY ALL
ORDER BY ALL
