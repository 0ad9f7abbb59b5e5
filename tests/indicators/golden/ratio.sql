-- ratio: P2-OP-03, Share of patrols carried out on foot
WITH rows_of_core AS (
  SELECT activity_type, status, unit_code, area_code, location_precision, started_at, patrol_mode
  FROM core.activities
),
with_started_on_local AS (
  SELECT *, CAST(LOCAL_DATE(started_at) AS DATE) AS started_on_local
  FROM rows_of_core
),
with_component_and_unit_type AS (
  SELECT own.*, other.component AS component, other.unit_type AS unit_type
  FROM with_started_on_local AS own LEFT JOIN (
    SELECT unit_code, component, unit_type, valid_from AS newest_from,
      lead(valid_from) OVER (PARTITION BY unit_code ORDER BY valid_from, component, unit_type) AS next_from
    FROM (SELECT * FROM core.units)
    WHERE valid_from IS NOT NULL
  ) AS other ON own.unit_code = other.unit_code
    AND own.started_on_local >= other.newest_from
    AND (other.next_from IS NULL OR own.started_on_local < other.next_from)
),
placed AS (
  SELECT
    source.*,
    coalesce(place.place, country_area()) AS cube_area,
    CAST(date_trunc('month', source.started_on_local) AS DATE) AS month
  FROM with_component_and_unit_type AS source
  LEFT JOIN cube.place_at AS place
    ON place.area_code = source.area_code
    AND place.location_precision = coalesce(source.location_precision, 'exact')
    AND source.started_on_local >= place.begins AND source.started_on_local < place.ends
  WHERE source.started_on_local <= as_of_day()
    AND coalesce((activity_type = 'patrol' AND status = 'completed' AND component = 'police'), false)
),
finest AS (
  SELECT
    month,
    cube_area,
    activity_type,
    unit_type,
    count(*)
      FILTER (WHERE (activity_type = 'patrol' AND status = 'completed' AND component = 'police') AND (patrol_mode = 'foot')) AS "P2-OP-03 numerator",
    count(*)
      FILTER (WHERE (activity_type = 'patrol' AND status = 'completed' AND component = 'police') AND (NOT patrol_mode IS NULL)) AS "P2-OP-03 denominator"
  FROM placed
  GROUP BY ALL
),
by_month AS (
  SELECT
    month,
    cube_area,
    activity_type,
    unit_type,
    GROUPING(activity_type, unit_type) AS grouped,
    sum("P2-OP-03 numerator") AS "P2-OP-03 numerator",
    sum("P2-OP-03 denominator") AS "P2-OP-03 denominator"
  FROM finest
  GROUP BY GROUPING SETS (
    (month, cube_area),
    (month, cube_area, activity_type),
    (month, cube_area, unit_type)
  )
),
in_areas AS (
  SELECT
    month,
    area,
    activity_type,
    unit_type,
    grouped,
    sum("P2-OP-03 numerator") AS "P2-OP-03 numerator",
    sum("P2-OP-03 denominator") AS "P2-OP-03 denominator"
  FROM by_month
  JOIN cube.area_up ON area_up.area_code = by_month.cube_area
  GROUP BY ALL
),
rolled AS (
  SELECT
    holding.period_type,
    holding.period,
    area,
    activity_type,
    unit_type,
    grouped,
    sum("P2-OP-03 numerator") AS "P2-OP-03 numerator",
    sum("P2-OP-03 denominator") AS "P2-OP-03 denominator"
  FROM in_areas
  JOIN cube.period_bucket AS holding ON holding.bucket = in_areas.month
  SEMI JOIN cube.grid AS grid
    ON grid.area = in_areas.area AND grid.period_type = holding.period_type
    AND grid.parts = CASE grouped WHEN 3 THEN 'total' ELSE 'part' END
  GROUP BY ALL
)
SELECT
  'P2-OP-03' AS indicator,
  period_type,
  period,
  area,
  coalesce(unit_type, '_T') AS unit_type,
  coalesce(activity_type, '_T') AS activity_type,
  '_T' AS actor,
  '_T' AS sex,
  '_T' AS age_group,
  '_T' AS breakdown,
  '_T' AS breakdown_value,
  CAST(CASE WHEN "P2-OP-03 denominator" > 0 THEN 100 * CAST(coalesce("P2-OP-03 numerator", 0) AS DOUBLE) / CAST("P2-OP-03 denominator" AS DOUBLE) END AS DOUBLE) AS value,
  CAST(coalesce("P2-OP-03 numerator", 0) AS DOUBLE) AS numerator,
  CAST(coalesce("P2-OP-03 denominator", 0) AS DOUBLE) AS denominator,
  CAST(coalesce("P2-OP-03 denominator", 0) AS BIGINT) AS n,
  CAST("P2-OP-03 denominator" AS BIGINT) AS cases
FROM rolled
WHERE "P2-OP-03 denominator" > 0 AND CASE grouped WHEN 3 THEN true WHEN 2 THEN unit_type IS NOT NULL WHEN 1 THEN activity_type IS NOT NULL ELSE false END
