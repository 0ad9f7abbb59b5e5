-- count: P2-OP-06, Integrated civilian-military-police patrols
CREATE OR REPLACE TABLE cube.activities AS
WITH rows_of_core AS (
  SELECT * FROM core.activities
),
with_started_on_local AS (
  SELECT *, CAST(LOCAL_DATE(started_at) AS DATE) AS started_on_local
  FROM rows_of_core
),
with_component AS (
  SELECT own.*, other.component AS component
  FROM with_started_on_local AS own ASOF LEFT JOIN (SELECT * FROM core.units) AS other
    ON own.unit_code = other.unit_code AND own.started_on_local >= other.valid_from
),
with_unit_type AS (
  SELECT own.*, other.unit_type AS unit_type
  FROM with_component AS own ASOF LEFT JOIN (SELECT * FROM core.units) AS other
    ON own.unit_code = other.unit_code AND own.started_on_local >= other.valid_from
),
with_is_integrated AS (
  SELECT *, CAST(ARRAY_CONTAINS(partner_components, 'military') AND partner_components && ['civil_affairs', 'human_rights', 'poc_adviser', 'child_protection', 'women_protection', 'justice', 'mine_action', 'public_information', 'mission_support'] AS BOOLEAN) AS is_integrated
  FROM with_unit_type
)
SELECT * FROM with_is_integrated;

WITH placed AS (
  SELECT source.*, coalesce(place.area, country_area()) AS cube_area,
    CAST(date_trunc('month', source.started_on_local) AS DATE) AS month
  FROM cube.activities AS source
  LEFT JOIN cube.area_place AS place
    ON place.area_code = source.area_code
    AND place.location_precision = coalesce(source.location_precision, 'exact')
  WHERE source.started_on_local <= as_of_day()
),
finest AS (
  SELECT
    month,
    cube_area,
    unit_type,
    list_sort(list_distinct(partner_components)) AS partner_components,
    count(*)
      FILTER (WHERE activity_type = 'patrol' AND status = 'completed' AND component = 'police' AND is_integrated) AS "P2-OP-06 numerator",
    count(*)
      FILTER (WHERE activity_type = 'patrol' AND status = 'completed' AND component = 'police' AND is_integrated) AS "P2-OP-06 cases"
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
),
rolled AS (
  SELECT
    period_type,
    period,
    area,
    unit_type,
    GROUPING(unit_type) AS grouped,
    sum("P2-OP-06 numerator") AS "P2-OP-06 numerator",
    sum("P2-OP-06 cases") AS "P2-OP-06 cases"
  FROM in_areas
  GROUP BY GROUPING SETS (
    (period_type, period, area),
    (period_type, period, area, unit_type)
  )
),
rolled_by_partner_components AS (
  SELECT
    period_type,
    period,
    area,
    partner_components,
    sum("P2-OP-06 numerator") AS "P2-OP-06 numerator",
    sum("P2-OP-06 cases") AS "P2-OP-06 cases"
  FROM (
    SELECT * REPLACE (unnest(partner_components) AS partner_components) FROM in_areas
  )
  GROUP BY period_type, period, area, partner_components
)
SELECT
  'P2-OP-06' AS indicator,
  period_type,
  period,
  area,
  coalesce(unit_type, '_T') AS unit_type,
  '_T' AS activity_type,
  '_T' AS actor,
  '_T' AS sex,
  '_T' AS age_group,
  '_T' AS breakdown,
  '_T' AS breakdown_value,
  CAST(coalesce("P2-OP-06 numerator", 0) AS DOUBLE) AS value,
  CAST(coalesce("P2-OP-06 numerator", 0) AS DOUBLE) AS numerator,
  CAST(NULL AS DOUBLE) AS denominator,
  CAST(coalesce("P2-OP-06 numerator", 0) AS BIGINT) AS n,
  CAST("P2-OP-06 cases" AS BIGINT) AS cases
FROM rolled
WHERE "P2-OP-06 cases" > 0 AND CASE grouped WHEN 1 THEN true WHEN 0 THEN unit_type IS NOT NULL ELSE false END
UNION ALL
SELECT
  'P2-OP-06' AS indicator,
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
  CAST(coalesce("P2-OP-06 numerator", 0) AS DOUBLE) AS value,
  CAST(coalesce("P2-OP-06 numerator", 0) AS DOUBLE) AS numerator,
  CAST(NULL AS DOUBLE) AS denominator,
  CAST(coalesce("P2-OP-06 numerator", 0) AS BIGINT) AS n,
  CAST("P2-OP-06 cases" AS BIGINT) AS cases
FROM rolled_by_partner_components
WHERE "P2-OP-06 cases" > 0 AND partner_components IS NOT NULL
