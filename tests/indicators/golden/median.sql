-- median: P2-OC-03, Median minutes from a confirmed threat to arrival of a police response
WITH rows_of_core AS (
  SELECT merged_into, area_code, received_at, confirmed_at, responding_component, responding_unit_code, arrived_at
  FROM core.alerts
),
with_received_on_local AS (
  SELECT *, CAST(LOCAL_DATE(received_at) AS DATE) AS received_on_local
  FROM rows_of_core
),
with_confirmed_on_local AS (
  SELECT *, CAST(LOCAL_DATE(confirmed_at) AS DATE) AS confirmed_on_local
  FROM with_received_on_local
),
with_responder_component_and_unit_type AS (
  SELECT own.*, other.component AS responder_component, other.unit_type AS unit_type
  FROM with_confirmed_on_local AS own LEFT JOIN (
    SELECT unit_code, component, unit_type, valid_from AS newest_from,
      lead(valid_from) OVER (PARTITION BY unit_code ORDER BY valid_from, component, unit_type) AS next_from
    FROM (SELECT * FROM core.units)
    WHERE valid_from IS NOT NULL
  ) AS other ON own.responding_unit_code = other.unit_code
    AND own.received_on_local >= other.newest_from
    AND (other.next_from IS NULL OR own.received_on_local < other.next_from)
),
with_is_police_response AS (
  SELECT *, CAST(CASE WHEN NOT responding_unit_code IS NULL THEN COALESCE(responder_component = 'police', FALSE) ELSE COALESCE(responding_component = 'police', FALSE) END AS BOOLEAN) AS is_police_response
  FROM with_responder_component_and_unit_type
),
with_minutes_to_arrival AS (
  SELECT *, CAST(CASE WHEN arrived_at >= confirmed_at AND LOCAL_DATE(arrived_at) <= AS_OF_DAY() THEN MINUTES_BETWEEN(confirmed_at, arrived_at) END AS DECIMAL(18,8)) AS minutes_to_arrival
  FROM with_is_police_response
),
with_time_of_day AS (
  SELECT *, CAST(CASE WHEN IS_NIGHT(confirmed_at) THEN 'night' WHEN NOT IS_NIGHT(confirmed_at) THEN 'day' END AS VARCHAR) AS time_of_day
  FROM with_minutes_to_arrival
),
placed AS (
  SELECT
    source.*,
    coalesce(place.place, country_area()) AS cube_area,
    CAST(date_trunc('month', source.confirmed_on_local) AS DATE) AS month
  FROM with_time_of_day AS source
  LEFT JOIN cube.place_at AS place
    ON place.area_code = source.area_code
    AND place.location_precision = 'exact'
    AND source.confirmed_on_local >= place.begins AND source.confirmed_on_local < place.ends
  WHERE source.confirmed_on_local <= as_of_day()
    AND coalesce((merged_into IS NULL AND is_police_response), false)
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
    time_of_day,
    unit_type,
    GROUPING(time_of_day, unit_type) AS grouped,
    quantile_cont(CAST(minutes_to_arrival AS DOUBLE), 0.5)
      FILTER (WHERE (merged_into IS NULL AND is_police_response) AND (minutes_to_arrival IS NOT NULL)) AS "P2-OC-03 value",
    count(*)
      FILTER (WHERE (merged_into IS NULL AND is_police_response) AND (minutes_to_arrival IS NOT NULL)) AS "P2-OC-03 denominator"
  FROM in_areas
  GROUP BY GROUPING SETS (
    (period_type, period, area),
    (period_type, period, area, time_of_day),
    (period_type, period, area, unit_type)
  )
  ) AS row
  SEMI JOIN cube.grid AS grid
    ON grid.area = row.area AND grid.period_type = row.period_type
    AND grid.parts = CASE grouped WHEN 3 THEN 'total' ELSE 'part' END
)
SELECT
  'P2-OC-03' AS indicator,
  period_type,
  period,
  area,
  coalesce(unit_type, '_T') AS unit_type,
  '_T' AS activity_type,
  '_T' AS actor,
  '_T' AS sex,
  '_T' AS age_group,
  CASE grouped WHEN 1 THEN 'time_of_day' ELSE '_T' END AS breakdown,
  CASE grouped WHEN 1 THEN CAST(time_of_day AS VARCHAR) ELSE '_T' END AS breakdown_value,
  CAST("P2-OC-03 value" AS DOUBLE) AS value,
  CAST(NULL AS DOUBLE) AS numerator,
  CAST(NULL AS DOUBLE) AS denominator,
  CAST(coalesce("P2-OC-03 denominator", 0) AS BIGINT) AS n,
  CAST("P2-OC-03 denominator" AS BIGINT) AS cases
FROM rolled
WHERE "P2-OC-03 denominator" > 0 AND CASE grouped WHEN 3 THEN true WHEN 2 THEN unit_type IS NOT NULL WHEN 1 THEN time_of_day IS NOT NULL ELSE false END
