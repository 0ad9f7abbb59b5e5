-- quantile: P2-OP-02, Patrol person-days
WITH rows_of_core AS (
  SELECT activity_type, unit_code, area_code, location_precision, started_at, personnel_count, patrol_mode
  FROM core.activities
),
with_started_on_local AS (
  SELECT *, CAST(LOCAL_DATE(started_at) AS DATE) AS started_on_local
  FROM rows_of_core
),
with_unit_type AS (
  SELECT own.*, other.unit_type AS unit_type
  FROM with_started_on_local AS own LEFT JOIN (
    SELECT unit_code, unit_type, valid_from AS newest_from,
      lead(valid_from) OVER (PARTITION BY unit_code ORDER BY valid_from, unit_type) AS next_from
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
  FROM with_unit_type AS source
  LEFT JOIN cube.place_at AS place
    ON place.area_code = source.area_code
    AND place.location_precision = coalesce(source.location_precision, 'exact')
    AND source.started_on_local >= place.begins AND source.started_on_local < place.ends
  WHERE source.started_on_local <= as_of_day()
    AND coalesce((activity_type = 'patrol'), false)
),
in_periods AS (
  SELECT placed.*, holding.period_type, holding.period
  FROM placed
  JOIN cube.period_bucket AS holding ON holding.bucket = placed.month
),
in_areas AS (
  SELECT in_periods.*, area_up.area
  FROM in_periods
  JOIN cube.area_up ON area_up.area_code = in_periods.cube_area
  SEMI JOIN cube.grid AS grid
    ON grid.area = area_up.area AND grid.period_type = in_periods.period_type
    AND grid.parts = 'total'
),
rolled AS (
  SELECT row.*
  FROM (
  SELECT
    period_type,
    period,
    area,
    patrol_mode,
    unit_type,
    GROUPING(patrol_mode, unit_type) AS grouped,
    quantile_cont(CAST(personnel_count AS DOUBLE), 0.9)
      FILTER (WHERE (activity_type = 'patrol') AND (personnel_count IS NOT NULL)) AS "P2-OP-02 value",
    count(*)
      FILTER (WHERE (activity_type = 'patrol') AND (personnel_count IS NOT NULL)) AS "P2-OP-02 denominator"
  FROM in_areas
  GROUP BY GROUPING SETS (
    (period_type, period, area),
    (period_type, period, area, patrol_mode),
    (period_type, period, area, unit_type)
  )
  ) AS row
  SEMI JOIN cube.grid AS grid
    ON grid.area = row.area AND grid.period_type = row.period_type
    AND grid.parts = CASE grouped WHEN 3 THEN 'total' ELSE 'part' END
)
SELECT
  'P2-OP-02' AS indicator,
  period_type,
  period,
  area,
  coalesce(unit_type, '_T') AS unit_type,
  '_T' AS activity_type,
  '_T' AS actor,
  '_T' AS sex,
  '_T' AS age_group,
  CASE grouped WHEN 1 THEN 'patrol_mode' ELSE '_T' END AS breakdown,
  CASE grouped WHEN 1 THEN CAST(patrol_mode AS VARCHAR) ELSE '_T' END AS breakdown_value,
  CAST("P2-OP-02 value" AS DOUBLE) AS value,
  CAST(NULL AS DOUBLE) AS numerator,
  CAST(NULL AS DOUBLE) AS denominator,
  CAST(coalesce("P2-OP-02 denominator", 0) AS BIGINT) AS n,
  CAST("P2-OP-02 denominator" AS BIGINT) AS cases
FROM rolled
WHERE "P2-OP-02 denominator" > 0 AND CASE grouped WHEN 3 THEN true WHEN 2 THEN unit_type IS NOT NULL WHEN 1 THEN patrol_mode IS NOT NULL ELSE false END
