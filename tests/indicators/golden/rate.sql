-- rate: P2-OC-07, Violent incidents per 1,000 residents in sites for displaced people
WITH rows_of_core AS (
  SELECT incident_code, incident_type, occurred_on, date_precision, site_code, location_precision
  FROM core.incidents
),
with_site_kind AS (
  SELECT own.*, other.site_kind AS site_kind
  FROM rows_of_core AS own LEFT JOIN (
    SELECT area_code, min(site_kind) AS site_kind
    FROM core.areas
    GROUP BY area_code
  ) AS other ON own.site_code = other.area_code
),
with_victim_sexes_and_victim_age_groups AS (
  SELECT own.*, other.victim_sexes AS victim_sexes, other.victim_age_groups AS victim_age_groups
  FROM with_site_kind AS own LEFT JOIN (
    SELECT incident_code, list(DISTINCT sex ORDER BY sex) AS victim_sexes, list(DISTINCT age_group ORDER BY age_group) AS victim_age_groups
    FROM core.incident_victims
    GROUP BY incident_code
  ) AS other ON own.incident_code = other.incident_code
),
placed AS (
  SELECT
    source.*,
    coalesce(place.place, country_area()) AS cube_area,
    CAST(date_trunc('month', source.occurred_on) AS DATE) AS month
  FROM with_victim_sexes_and_victim_age_groups AS source
  LEFT JOIN cube.place_at AS place
    ON place.area_code = source.site_code
    AND place.location_precision = 'exact'
    AND source.occurred_on >= place.begins AND source.occurred_on < place.ends
  WHERE source.occurred_on <= as_of_day()
    AND coalesce((incident_type IN ('killing', 'injury', 'sexual_violence', 'abduction') AND site_kind IN ('poc_site', 'camp')), false)
),
finest AS (
  SELECT
    month,
    cube_area,
    date_precision,
    incident_type,
    list_sort(list_distinct(victim_age_groups)) AS victim_age_groups,
    list_sort(list_distinct(victim_sexes)) AS victim_sexes,
    count(*)
      FILTER (WHERE incident_type IN ('killing', 'injury', 'sexual_violence', 'abduction') AND site_kind IN ('poc_site', 'camp')) AS "P2-OC-07 numerator"
  FROM placed
  GROUP BY ALL
),
in_periods AS (
  SELECT finest.*, holding.period_type, holding.period, people.sex AS people_sex, people.age_group AS people_age_group
  FROM finest
  JOIN cube.period_bucket AS holding ON holding.bucket = finest.month
  JOIN cube.precision_period AS exact_enough
    ON exact_enough.date_precision = finest.date_precision
    AND exact_enough.period_type = holding.period_type
  JOIN cube.population_place AS people
    ON people.population_kind = 'site' AND people.area = finest.cube_area
    AND people.period_type = holding.period_type AND people.period = holding.period
    AND (people.sex = '_T' OR list_contains(finest.victim_sexes, people.sex))
    AND (people.age_group = '_T' OR list_contains(finest.victim_age_groups, people.age_group))
    AND '_T' IN (people.sex, people.age_group)
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
    people_sex,
    people_age_group,
    incident_type,
    GROUPING(incident_type) AS grouped,
    sum("P2-OC-07 numerator") AS "P2-OC-07 numerator"
  FROM in_areas
  GROUP BY GROUPING SETS (
    (period_type, period, area, people_sex, people_age_group),
    (period_type, period, area, people_sex, people_age_group, incident_type)
  )
  ) AS row
  SEMI JOIN cube.grid AS grid
    ON grid.area = row.area AND grid.period_type = row.period_type
    AND grid.parts = CASE WHEN people_sex <> '_T' AND people_age_group <> '_T' THEN 'sex_age' WHEN people_sex <> '_T' OR people_age_group <> '_T' THEN 'part' ELSE CASE grouped WHEN 1 THEN 'total' ELSE 'part' END END
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
  CAST("P2-OC-07 numerator" AS BIGINT) AS cases
FROM rolled
WHERE "P2-OC-07 numerator" > 0 AND CASE grouped WHEN 1 THEN true WHEN 0 THEN incident_type IS NOT NULL ELSE false END AND people_sex = '_T' AND people_age_group = '_T'
UNION ALL BY NAME
SELECT
  'P2-OC-07' AS indicator,
  period_type,
  period,
  area,
  '_T' AS unit_type,
  '_T' AS activity_type,
  '_T' AS actor,
  people_sex AS sex,
  people_age_group AS age_group,
  '_T' AS breakdown,
  '_T' AS breakdown_value,
  CAST(NULL AS DOUBLE) AS value,
  CAST(coalesce("P2-OC-07 numerator", 0) AS DOUBLE) AS numerator,
  CAST(NULL AS DOUBLE) AS denominator,
  CAST(coalesce("P2-OC-07 numerator", 0) AS BIGINT) AS n,
  CAST("P2-OC-07 numerator" AS BIGINT) AS cases
FROM rolled
WHERE "P2-OC-07 numerator" > 0 AND grouped = 1 AND NOT (people_sex = '_T' AND people_age_group = '_T')
