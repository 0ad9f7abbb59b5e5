-- ratio_of_a_stock: P3-OC-07, Share of women in host-State police
CREATE OR REPLACE TEMP MACRO as_of_day() AS DATE '2026-09-30';
CREATE OR REPLACE TEMP MACRO country_area() AS 'COUNTRY';
WITH period AS (
  SELECT 'Q' AS period_type, '2026-Q3' AS period,
    DATE '2026-07-01' AS period_start, DATE '2026-09-30' AS period_end,
    DATE '2026-08-16' AS period_middle
),
rows_of_core AS (
  SELECT listed_on, area_code, host_state_actor, sex, officers_count
  FROM core.police_census
),
located AS (
  SELECT source.*, country_area() AS cube_area, period.period_type, period.period
  FROM rows_of_core AS source
  JOIN period ON source.listed_on <= least(period.period_end, as_of_day())
  QUALIFY source.listed_on = max(source.listed_on) OVER (PARTITION BY period.period_type, period.period, source.area_code, source.host_state_actor)
),
in_figure AS (
  SELECT located.*
  FROM located
),
parts AS (
  SELECT
    sum(CAST(officers_count AS DECIMAL(18,4)))
      FILTER (WHERE (host_state_actor IN ('police', 'gendarmerie')) AND (sex = 'F')) AS numerator,
    sum(CAST(officers_count AS DECIMAL(18,4)))
      FILTER (WHERE (host_state_actor IN ('police', 'gendarmerie')) AND (sex IN ('F', 'M'))) AS denominator,
    count(*)
      FILTER (WHERE host_state_actor IN ('police', 'gendarmerie')) AS cases
  FROM in_figure
)
SELECT
  CAST(CASE WHEN denominator > 0 THEN 100 * CAST(coalesce(numerator, 0) AS DOUBLE) / CAST(denominator AS DOUBLE) END AS DOUBLE) AS value,
  CAST(coalesce(numerator, 0) AS DOUBLE) AS numerator,
  CAST(coalesce(denominator, 0) AS DOUBLE) AS denominator,
  CAST(coalesce(denominator, 0) AS BIGINT) AS n
FROM parts
