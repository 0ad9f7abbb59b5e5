-- count: P2-OP-06, Integrated civilian-military-police patrols
WITH rows_of_core AS (
  SELECT activity_type, status, unit_code, area_code, location_precision, started_at, partner_components
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
with_is_integrated AS (
  SELECT *, CAST(ARRAY_CONTAINS(partner_components, 'military') AND partner_components && ['civil_affairs', 'human_rights', 'poc_adviser', 'child_protection', 'women_protection', 'justice', 'mine_action', 'public_information', 'mission_support'] AS BOOLEAN) AS is_integrated
  FROM with_component_and_unit_type
),
placed AS (
  SELECT
    source.*,
    coalesce(place.place, country_area()) AS cube_area,
    CAST(date_trunc('month', source.started_on_local) AS DATE) AS month
  FROM with_is_integrated AS source
  LEFT JOIN cube.place_at AS place
    ON place.area_code = source.area_code
    AND place.location_precision = coalesce(source.location_precision, 'exact')
    AND source.started_on_local >= place.begins AND source.started_on_local < place.ends
  WHERE source.started_on_local <= as_of_day()
    AND coalesce((activity_type = 'patrol' AND status = 'completed' AND component = 'police' AND is_integrated), false)
),
finest AS (
  SELECT
    month,
    cube_area,
    list_sort(list_distinct(partner_components)) AS partner_components,
    unit_type,
    count(*)
      FILTER (WHERE activity_type = 'patrol' AND status = 'completed' AND component = 'police' AND is_integrated) AS "P2-OP-06 numerator"
  FROM placed
  GROUP BY ALL
),
by_month AS (
  SELECT
    month,
    cube_area,
    unit_type,
    GROUPING(unit_type) AS grouped,
    sum("P2-OP-06 numerator") AS "P2-OP-06 numerator"
  FROM finest
  GROUP BY GROUPING SETS (
    (month, cube_area),
    (month, cube_area, unit_type)
  )
),
in_areas AS (
  SELECT
    month,
    area,
    unit_type,
    grouped,
    sum("P2-OP-06 numerator") AS "P2-OP-06 numerator"
  FROM by_month
  JOIN cube.area_up ON area_up.area_code = by_month.cube_area
  GROUP BY ALL
),
rolled AS (
  SELECT
    holding.period_type,
    holding.period,
    area,
    unit_type,
    grouped,
    sum("P2-OP-06 numerator") AS "P2-OP-06 numerator"
  FROM in_areas
  JOIN cube.period_bucket AS holding ON holding.bucket = in_areas.month
  SEMI JOIN cube.grid AS grid
    ON grid.area = in_areas.area AND grid.period_type = holding.period_type
    AND grid.parts = CASE grouped WHEN 1 THEN 'total' ELSE 'part' END
  GROUP BY ALL
),
by_month_by_partner_components AS (
  SELECT
    month,
    cube_area,
    partner_components,
    sum("P2-OP-06 numerator") AS "P2-OP-06 numerator"
  FROM (
    SELECT * REPLACE (unnest(partner_components) AS partner_components) FROM finest
  )
  GROUP BY ALL
),
in_areas_by_partner_components AS (
  SELECT
    month,
    area,
    partner_components,
    sum("P2-OP-06 numerator") AS "P2-OP-06 numerator"
  FROM by_month_by_partner_components
  JOIN cube.area_up ON area_up.area_code = by_month_by_partner_components.cube_area
  GROUP BY ALL
),
rolled_by_partner_components AS (
  SELECT
    holding.period_type,
    holding.period,
    area,
    partner_components,
    sum("P2-OP-06 numerator") AS "P2-OP-06 numerator"
  FROM in_areas_by_partner_components
  JOIN cube.period_bucket AS holding ON holding.bucket = in_areas_by_partner_components.month
  SEMI JOIN cube.grid AS grid
    ON grid.area = in_areas_by_partner_components.area AND grid.period_type = holding.period_type
    AND grid.parts = 'part'
  GROUP BY ALL
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
  CAST("P2-OP-06 numerator" AS BIGINT) AS cases
FROM rolled
WHERE "P2-OP-06 numerator" > 0 AND CASE grouped WHEN 1 THEN true WHEN 0 THEN unit_type IS NOT NULL ELSE false END
UNION ALL BY NAME
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
  CAST("P2-OP-06 numerator" AS BIGINT) AS cases
FROM rolled_by_partner_components
WHERE "P2-OP-06 numerator" > 0 AND partner_components IS NOT NULL
