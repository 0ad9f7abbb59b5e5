-- ratio_of_a_register: P3-OC-03, Localities with host-State police present and open to the public at least 5 days a week
WITH rows_of_core AS (
  SELECT register_code, entry_code, area_code, host_state_actor, valid_from, valid_to
  FROM core.registers
),
in_force AS (
  SELECT source.*, coalesce(place.place, country_area()) AS cube_area,
    period.period_start, least(period.period_end, as_of_day()) AS period_end, period.period_type, period.period
  FROM rows_of_core AS source
  JOIN cube.period ON source.valid_from <= least(period.period_end, as_of_day()) AND (source.valid_to IS NULL OR source.valid_to >= least(period.period_end, as_of_day()))
  LEFT JOIN cube.place_at AS place
    ON place.area_code = source.area_code
    AND place.location_precision = 'exact'
    AND least(period.period_end, as_of_day()) >= place.begins AND least(period.period_end, as_of_day()) < place.ends
  QUALIFY row_number() OVER (PARTITION BY period.period_type, period.period, source.register_code, source.entry_code ORDER BY valid_from DESC) = 1
),
with_post_staffed AS (
  SELECT own.*, CASE WHEN other.counts_until IS NULL OR other.counts_until >= own.period_end THEN other.staffed END AS post_staffed
  FROM in_force AS own LEFT JOIN (
    SELECT entry_code, counts_until, staffed, month AS newest_from,
      lead(month) OVER (PARTITION BY entry_code ORDER BY month, counts_until, staffed) AS next_from
    FROM (SELECT * FROM cube.police_posts)
    WHERE month IS NOT NULL
  ) AS other ON own.entry_code = other.entry_code
    AND own.period_end >= other.newest_from
    AND (other.next_from IS NULL OR own.period_end < other.next_from)
),
with_post_open_days AS (
  SELECT own.*, CASE WHEN other.counts_until IS NULL OR other.counts_until >= own.period_end THEN other.open_days_per_week END AS post_open_days
  FROM with_post_staffed AS own LEFT JOIN (
    SELECT entry_code, counts_until, open_days_per_week, month AS newest_from,
      lead(month) OVER (PARTITION BY entry_code ORDER BY month, counts_until, open_days_per_week) AS next_from
    FROM (SELECT * FROM cube.police_posts)
    WHERE month IS NOT NULL
  ) AS other ON own.entry_code = other.entry_code
    AND own.period_end >= other.newest_from
    AND (other.next_from IS NULL OR own.period_end < other.next_from)
),
with_post_actor AS (
  SELECT own.*, CASE WHEN other.counts_until IS NULL OR other.counts_until >= own.period_end THEN other.host_state_actor END AS post_actor
  FROM with_post_open_days AS own LEFT JOIN (
    SELECT entry_code, counts_until, host_state_actor, month AS newest_from,
      lead(month) OVER (PARTITION BY entry_code ORDER BY month, counts_until, host_state_actor) AS next_from
    FROM (SELECT * FROM cube.police_posts)
    WHERE month IS NOT NULL
  ) AS other ON own.entry_code = other.entry_code
    AND own.period_end >= other.newest_from
    AND (other.next_from IS NULL OR own.period_end < other.next_from)
),
placed AS (
  SELECT *, CAST(COALESCE(post_actor, host_state_actor) AS VARCHAR) AS covering_actor
  FROM with_post_actor
),
finest AS (
  SELECT
    period_type,
    period,
    cube_area,
    covering_actor,
    count(*)
      FILTER (WHERE (register_code = 'coverage_locality') AND (post_staffed AND post_open_days >= 5 AND post_actor IN ('police', 'gendarmerie'))) AS "P3-OC-03 numerator",
    count(*)
      FILTER (WHERE register_code = 'coverage_locality') AS "P3-OC-03 denominator",
    count(*)
      FILTER (WHERE (register_code = 'coverage_locality') AND (NOT post_staffed IS NULL)) AS "P3-OC-03 known",
    count(*)
      FILTER (WHERE register_code = 'coverage_locality') AS "P3-OC-03 cases"
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
    covering_actor,
    GROUPING(covering_actor) AS grouped,
    sum("P3-OC-03 numerator") AS "P3-OC-03 numerator",
    sum("P3-OC-03 denominator") AS "P3-OC-03 denominator",
    sum("P3-OC-03 known") AS "P3-OC-03 known",
    sum("P3-OC-03 cases") AS "P3-OC-03 cases"
  FROM in_areas
  GROUP BY GROUPING SETS (
    (period_type, period, area),
    (period_type, period, area, covering_actor)
  )
  ) AS row
  SEMI JOIN cube.grid AS grid
    ON grid.area = row.area AND grid.period_type = row.period_type
    AND grid.parts = CASE grouped WHEN 1 THEN 'total' ELSE 'part' END
)
SELECT
  'P3-OC-03' AS indicator,
  period_type,
  period,
  area,
  '_T' AS unit_type,
  '_T' AS activity_type,
  coalesce(covering_actor, '_T') AS actor,
  '_T' AS sex,
  '_T' AS age_group,
  '_T' AS breakdown,
  '_T' AS breakdown_value,
  CAST(CASE WHEN "P3-OC-03 denominator" > 0 THEN 100 * CAST(coalesce("P3-OC-03 numerator", 0) AS DOUBLE) / CAST("P3-OC-03 denominator" AS DOUBLE) END AS DOUBLE) AS value,
  CAST(coalesce("P3-OC-03 numerator", 0) AS DOUBLE) AS numerator,
  CAST(coalesce("P3-OC-03 denominator", 0) AS DOUBLE) AS denominator,
  CAST(coalesce("P3-OC-03 denominator", 0) AS BIGINT) AS n,
  CAST("P3-OC-03 cases" AS BIGINT) AS cases,
  CASE WHEN "P3-OC-03 known" = 0 THEN 'O' WHEN "P3-OC-03 known" < "P3-OC-03 cases" THEN 'P' END AS own_status
FROM rolled
WHERE "P3-OC-03 cases" > 0 AND CASE grouped WHEN 1 THEN true WHEN 0 THEN covering_actor IS NOT NULL ELSE false END
