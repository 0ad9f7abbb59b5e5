-- count_of_values: X-IM-05, Grave violations against children verified
CREATE OR REPLACE TEMP MACRO as_of_day() AS DATE '2026-09-30';
CREATE OR REPLACE TEMP MACRO country_area() AS 'COUNTRY';
WITH period AS (
  SELECT 'Q' AS period_type, '2026-Q3' AS period,
    DATE '2026-07-01' AS period_start, DATE '2026-09-30' AS period_end,
    DATE '2026-08-16' AS period_middle
),
rows_of_core AS (
  SELECT month, mechanism, violations_count
  FROM core.rights_monitoring
),
located AS (
  SELECT
    source.* REPLACE (CAST(date_trunc('month', source.month) AS DATE) AS month),
    country_area() AS cube_area
  FROM rows_of_core AS source
  WHERE source.month <= as_of_day()
    AND coalesce((mechanism = 'mrm'), false)
),
in_figure AS (
  SELECT located.*
  FROM located
  JOIN period ON located.month BETWEEN period_start AND period_end
),
parts AS (
  SELECT
    sum(CAST(violations_count AS DECIMAL(18,4)))
      FILTER (WHERE (mechanism = 'mrm') AND (violations_count IS NOT NULL)) AS numerator,
    count(*)
      FILTER (WHERE (mechanism = 'mrm') AND (violations_count IS NOT NULL)) AS cases
  FROM in_figure
)
SELECT
  CAST(coalesce(numerator, 0) AS DOUBLE) AS value,
  CAST(coalesce(numerator, 0) AS DOUBLE) AS numerator,
  CAST(NULL AS DOUBLE) AS denominator,
  CAST(coalesce(numerator, 0) AS BIGINT) AS n
FROM parts
