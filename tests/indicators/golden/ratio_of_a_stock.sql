-- ratio_of_a_stock: P3-OC-07, Share of women in host-State police
WITH rows_of_core AS (
  SELECT listed_on, area_code, host_state_actor, rank_group, sex, officers_count
  FROM core.police_census
),
placed AS (
  SELECT source.*, coalesce(place.place, country_area()) AS cube_area, period.period_type, period.period
  FROM rows_of_core AS source
  JOIN cube.period ON source.listed_on <= least(period.period_end, as_of_day())
  LEFT JOIN cube.place_at AS place
    ON place.area_code = source.area_code
    AND place.location_precision = 'exact'
    AND least(period.period_end, as_of_day()) >= place.begins AND least(period.period_end, as_of_day()) < place.ends
  QUALIFY source.listed_on = max(source.listed_on) OVER (PARTITION BY period.period_type, period.period, source.area_code, source.host_state_actor)
),
finest AS (
  SELECT
    period_type,
    period,
    cube_area,
    host_state_actor,
    rank_group,
    sum(CAST(officers_count AS DECIMAL(18,4)))
      FILTER (WHERE (host_state_actor IN ('police', 'gendarmerie')) AND (sex = 'F')) AS "P3-OC-07 numerator",
    sum(CAST(officers_count AS DECIMAL(18,4)))
      FILTER (WHERE (host_state_actor IN ('police', 'gendarmerie')) AND (sex IN ('F', 'M'))) AS "P3-OC-07 denominator",
    count(*)
      FILTER (WHERE host_state_actor IN ('police', 'gendarmerie')) AS "P3-OC-07 cases"
  FROM placed
  GROUP BY ALL
),
in_periods AS (
  SELECT finest.*
  FROM finest
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
    host_state_actor,
    rank_group,
    GROUPING(host_state_actor, rank_group) AS grouped,
    sum("P3-OC-07 numerator") AS "P3-OC-07 numerator",
    sum("P3-OC-07 denominator") AS "P3-OC-07 denominator",
    sum("P3-OC-07 cases") AS "P3-OC-07 cases"
  FROM in_areas
  GROUP BY GROUPING SETS (
    (period_type, period, area),
    (period_type, period, area, host_state_actor),
    (period_type, period, area, rank_group)
  )
  ) AS row
  SEMI JOIN cube.grid AS grid
    ON grid.area = row.area AND grid.period_type = row.period_type
    AND grid.parts = CASE grouped WHEN 3 THEN 'total' ELSE 'part' END
)
SELECT
  'P3-OC-07' AS indicator,
  period_type,
  period,
  area,
  '_T' AS unit_type,
  '_T' AS activity_type,
  coalesce(host_state_actor, '_T') AS actor,
  '_T' AS sex,
  '_T' AS age_group,
  CASE grouped WHEN 2 THEN 'rank_group' ELSE '_T' END AS breakdown,
  CASE grouped WHEN 2 THEN CAST(rank_group AS VARCHAR) ELSE '_T' END AS breakdown_value,
  CAST(CASE WHEN "P3-OC-07 denominator" > 0 THEN 100 * CAST(coalesce("P3-OC-07 numerator", 0) AS DOUBLE) / CAST("P3-OC-07 denominator" AS DOUBLE) END AS DOUBLE) AS value,
  CAST(coalesce("P3-OC-07 numerator", 0) AS DOUBLE) AS numerator,
  CAST(coalesce("P3-OC-07 denominator", 0) AS DOUBLE) AS denominator,
  CAST(coalesce("P3-OC-07 denominator", 0) AS BIGINT) AS n,
  CAST("P3-OC-07 cases" AS BIGINT) AS cases
FROM rolled
WHERE "P3-OC-07 cases" > 0 AND CASE grouped WHEN 3 THEN true WHEN 1 THEN host_state_actor IS NOT NULL WHEN 2 THEN rank_group IS NOT NULL ELSE false END
