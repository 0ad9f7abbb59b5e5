-- rate: P2-OC-07, Violent incidents per 1,000 residents in sites for displaced people
CREATE OR REPLACE TABLE cube.incidents AS
WITH rows_of_core AS (
  SELECT * FROM core.incidents
),
with_site_kind AS (
  SELECT own.*, other.taken AS site_kind
  FROM rows_of_core AS own LEFT JOIN (
    SELECT area_code, min(site_kind) AS taken
    FROM core.areas
    GROUP BY area_code
  ) AS other ON own.site_code = other.area_code
)
SELECT * FROM with_site_kind;

WITH placed AS (
  SELECT source.*, coalesce(place.area, country_area()) AS cube_area,
    CAST(date_trunc('month', source.occurred_on) AS DATE) AS month
  FROM cube.incidents AS source
  LEFT JOIN cube.area_place AS place
    ON place.area_code = source.site_code
    AND place.location_precision = 'exact'
  WHERE source.occurred_on <= as_of_day()
),
finest AS (
  SELECT
    month,
    cube_area,
    incident_type,
    date_precision,
    count(*)
      FILTER (WHERE incident_type IN ('killing', 'injury', 'sexual_violence', 'abduction') AND site_kind IN ('poc_site', 'camp')) AS "P2-OC-07 numerator",
    count(*)
      FILTER (WHERE incident_type IN ('killing', 'injury', 'sexual_violence', 'abduction') AND site_kind IN ('poc_site', 'camp')) AS "P2-OC-07 cases"
  FROM placed
  GROUP BY ALL
),
in_periods AS (
  SELECT finest.*, holding.period_type, holding.period
  FROM finest
  JOIN cube.period_bucket AS holding ON holding.bucket = finest.month
  JOIN cube.precision_period AS exact_enough
    ON exact_enough.date_precision = finest.date_precision
    AND exact_enough.period_type = holding.period_type
  JOIN cube.area_up AS peopled ON peopled.area_code = finest.cube_area
  JOIN cube.population_base AS people
    ON people.population_kind = 'site'
    AND people.area_code = peopled.area
    AND people.period_type = holding.period_type AND people.period = holding.period
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
    incident_type,
    GROUPING(incident_type) AS grouped,
    sum("P2-OC-07 numerator") AS "P2-OC-07 numerator",
    sum("P2-OC-07 cases") AS "P2-OC-07 cases"
  FROM in_areas
  GROUP BY GROUPING SETS (
    (period_type, period, area),
    (period_type, period, area, incident_type)
  )
)
SELECT
  'P2-OC-07' AS indicator,
  period_type,
  period,
  area,
  '_T' AS unit_type,
  '_T' AS activity_type,
  '_T' AS actor,
  '_T' AS sex,
  '_T' AS age_group,
  CASE grouped WHEN 0 THEN 'incident_type' ELSE '_T' END AS breakdown,
  CASE grouped WHEN 0 THEN CAST(incident_type AS VARCHAR) ELSE '_T' END AS breakdown_value,
  CAST(NULL AS DOUBLE) AS value,
  CAST(coalesce("P2-OC-07 numerator", 0) AS DOUBLE) AS numerator,
  CAST(NULL AS DOUBLE) AS denominator,
  CAST(coalesce("P2-OC-07 numerator", 0) AS BIGINT) AS n,
  CAST("P2-OC-07 cases" AS BIGINT) AS cases
FROM rolled
WHERE "P2-OC-07 cases" > 0 AND CASE grouped WHEN 1 THEN true WHEN 0 THEN incident_type IS NOT NULL ELSE false END
