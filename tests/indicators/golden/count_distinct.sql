-- count_distinct: P1-OP-09, Local mediation or reconciliation processes supported by UN police
WITH rows_of_core AS (
  SELECT activity_type, status, unit_code, area_code, location_precision, started_at, partner_components, process_code, conflict_type
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
    AND coalesce((activity_type = 'mediation' AND status = 'completed' AND component = 'police'), false)
),
finest AS (
  SELECT
    month,
    cube_area,
    conflict_type,
    list_sort(list_distinct(partner_components)) AS partner_components,
    unit_type,
    CASE WHEN (activity_type = 'mediation' AND status = 'completed' AND component = 'police') AND (process_code IS NOT NULL) THEN process_code END AS "P1-OP-09 numerator",
    count(*)
      FILTER (WHERE (activity_type = 'mediation' AND status = 'completed' AND component = 'police') AND (process_code IS NOT NULL)) AS "P1-OP-09 cases"
  FROM placed
  GROUP BY ALL
),
in_periods AS (
  SELECT finest.*, holding.period_type, holding.period
  FROM finest
  JOIN cube.period_bucket AS holding ON holding.bucket = finest.month
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
    conflict_type,
    unit_type,
    GROUPING(conflict_type, unit_type) AS grouped,
    count(DISTINCT "P1-OP-09 numerator") AS "P1-OP-09 numerator",
    sum("P1-OP-09 cases") AS "P1-OP-09 cases"
  FROM in_areas
  GROUP BY GROUPING SETS (
    (period_type, period, area),
    (period_type, period, area, conflict_type),
    (period_type, period, area, unit_type)
  )
  ) AS row
  SEMI JOIN cube.grid AS grid
    ON grid.area = row.area AND grid.period_type = row.period_type
    AND grid.parts = CASE grouped WHEN 3 THEN 'total' ELSE 'part' END
),
rolled_by_partner_components AS (
  SELECT row.*
  FROM (
  SELECT
    period_type,
    period,
    area,
    partner_components,
    count(DISTINCT "P1-OP-09 numerator") AS "P1-OP-09 numerator",
    sum("P1-OP-09 cases") AS "P1-OP-09 cases"
  FROM (
    SELECT * REPLACE (unnest(partner_components) AS partner_components) FROM in_areas
  )
  GROUP BY period_type, period, area, partner_components
  ) AS row
  SEMI JOIN cube.grid AS grid
    ON grid.area = row.area AND grid.period_type = row.period_type
    AND grid.parts = 'part'
)
SELECT
  'P1-OP-09' AS indicator,
  period_type,
  period,
  area,
  coalesce(unit_type, '_T') AS unit_type,
  '_T' AS activity_type,
  '_T' AS actor,
  '_T' AS sex,
  '_T' AS age_group,
  CASE grouped WHEN 1 THEN 'conflict_type' ELSE '_T' END AS breakdown,
  CASE grouped WHEN 1 THEN CAST(conflict_type AS VARCHAR) ELSE '_T' END AS breakdown_value,
  CAST(coalesce("P1-OP-09 numerator", 0) AS DOUBLE) AS value,
  CAST(coalesce("P1-OP-09 numerator", 0) AS DOUBLE) AS numerator,
  CAST(NULL AS DOUBLE) AS denominator,
  CAST(coalesce("P1-OP-09 numerator", 0) AS BIGINT) AS n,
  CAST("P1-OP-09 cases" AS BIGINT) AS cases
FROM rolled
WHERE "P1-OP-09 cases" > 0 AND CASE grouped WHEN 3 THEN true WHEN 2 THEN unit_type IS NOT NULL WHEN 1 THEN conflict_type IS NOT NULL ELSE false END
UNION ALL BY NAME
SELECT
  'P1-OP-09' AS indicator,
  period_type,
  period,
  area,
  '_T' AS unit_type,
  '_T' AS activity_type,
  '_T' AS actor,
  '_T' AS sex,
  '_T' AS age_group,
  'partner_component' AS breakdown,
  CAST(partner_components AS VARCHAR) AS breakdown_value,
  CAST(coalesce("P1-OP-09 numerator", 0) AS DOUBLE) AS value,
  CAST(coalesce("P1-OP-09 numerator", 0) AS DOUBLE) AS numerator,
  CAST(NULL AS DOUBLE) AS denominator,
  CAST(coalesce("P1-OP-09 numerator", 0) AS BIGINT) AS n,
  CAST("P1-OP-09 cases" AS BIGINT) AS cases
FROM rolled_by_partner_components
WHERE "P1-OP-09 cases" > 0 AND partner_components IS NOT NULL
