-- count_of_values: X-IM-05, Grave violations against children verified
WITH rows_of_core AS (
  SELECT month, area_code, mechanism, violation_type, alleged_actor_type, sex, violations_count
  FROM core.rights_monitoring
),
placed AS (
  SELECT
    source.* REPLACE (CAST(date_trunc('month', source.month) AS DATE) AS month),
    coalesce(place.place, country_area()) AS cube_area
  FROM rows_of_core AS source
  LEFT JOIN cube.place_at AS place
    ON place.area_code = source.area_code
    AND place.location_precision = 'exact'
    AND source.month >= place.begins AND source.month < place.ends
  WHERE source.month <= as_of_day()
    AND coalesce((mechanism = 'mrm'), false)
),
finest AS (
  SELECT
    month,
    cube_area,
    alleged_actor_type,
    sex,
    violation_type,
    sum(CAST(violations_count AS DECIMAL(18,4)))
      FILTER (WHERE (mechanism = 'mrm') AND (violations_count IS NOT NULL)) AS "X-IM-05 numerator",
    count(*)
      FILTER (WHERE (mechanism = 'mrm') AND (violations_count IS NOT NULL)) AS "X-IM-05 cases"
  FROM placed
  GROUP BY ALL
),
by_month AS (
  SELECT
    month,
    cube_area,
    alleged_actor_type,
    sex,
    violation_type,
    GROUPING(alleged_actor_type, sex, violation_type) AS grouped,
    sum("X-IM-05 numerator") AS "X-IM-05 numerator",
    sum("X-IM-05 cases") AS "X-IM-05 cases"
  FROM finest
  GROUP BY GROUPING SETS (
    (month, cube_area),
    (month, cube_area, alleged_actor_type),
    (month, cube_area, sex),
    (month, cube_area, violation_type)
  )
),
in_areas AS (
  SELECT
    month,
    area,
    alleged_actor_type,
    sex,
    violation_type,
    grouped,
    sum("X-IM-05 numerator") AS "X-IM-05 numerator",
    sum("X-IM-05 cases") AS "X-IM-05 cases"
  FROM by_month
  JOIN cube.area_up ON area_up.area_code = by_month.cube_area
  GROUP BY ALL
),
rolled AS (
  SELECT
    holding.period_type,
    holding.period,
    area,
    alleged_actor_type,
    sex,
    violation_type,
    grouped,
    sum("X-IM-05 numerator") AS "X-IM-05 numerator",
    sum("X-IM-05 cases") AS "X-IM-05 cases"
  FROM in_areas
  JOIN cube.period_bucket AS holding ON holding.bucket = in_areas.month
  SEMI JOIN cube.grid AS grid
    ON grid.area = in_areas.area AND grid.period_type = holding.period_type
    AND grid.parts = CASE grouped WHEN 7 THEN 'total' ELSE 'part' END
  GROUP BY ALL
)
SELECT
  'X-IM-05' AS indicator,
  period_type,
  period,
  area,
  '_T' AS unit_type,
  '_T' AS activity_type,
  coalesce(alleged_actor_type, '_T') AS actor,
  coalesce(sex, '_T') AS sex,
  '_T' AS age_group,
  CASE grouped WHEN 6 THEN 'violation_type' ELSE '_T' END AS breakdown,
  CASE grouped WHEN 6 THEN CAST(violation_type AS VARCHAR) ELSE '_T' END AS breakdown_value,
  CAST(coalesce("X-IM-05 numerator", 0) AS DOUBLE) AS value,
  CAST(coalesce("X-IM-05 numerator", 0) AS DOUBLE) AS numerator,
  CAST(NULL AS DOUBLE) AS denominator,
  CAST(coalesce("X-IM-05 numerator", 0) AS BIGINT) AS n,
  CAST("X-IM-05 cases" AS BIGINT) AS cases
FROM rolled
WHERE "X-IM-05 cases" > 0 AND CASE grouped WHEN 7 THEN true WHEN 3 THEN alleged_actor_type IS NOT NULL WHEN 5 THEN sex IS NOT NULL WHEN 6 THEN violation_type IS NOT NULL ELSE false END
