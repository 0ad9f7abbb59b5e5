-- mean: P2-OP-02, Patrol person-days
CREATE OR REPLACE TEMP MACRO as_of_day() AS DATE '2026-09-30';
CREATE OR REPLACE TEMP MACRO country_area() AS 'COUNTRY';
CREATE OR REPLACE TEMP MACRO local_time(moment) AS CASE
  WHEN moment >= TIMESTAMP '1970-01-01 00:00:00' AND moment < TIMESTAMP '2099-12-31 00:00:00' THEN moment + to_seconds(0)
  ELSE timezone('UTC', timezone('UTC', moment)) END;
CREATE OR REPLACE TEMP MACRO local_date(moment) AS CAST(local_time(moment) AS DATE);
WITH period AS (
  SELECT 'Q' AS period_type, '2026-Q3' AS period,
    DATE '2026-07-01' AS period_start, DATE '2026-09-30' AS period_end,
    DATE '2026-08-16' AS period_middle
),
rows_of_core AS (
  SELECT activity_type, started_at, personnel_count
  FROM core.activities
),
with_started_on_local AS (
  SELECT *, CAST(LOCAL_DATE(started_at) AS DATE) AS started_on_local
  FROM rows_of_core
),
located AS (
  SELECT
    source.*,
    country_area() AS cube_area,
    CAST(date_trunc('month', source.started_on_local) AS DATE) AS month
  FROM with_started_on_local AS source
  WHERE source.started_on_local <= as_of_day()
    AND coalesce((activity_type = 'patrol'), false)
),
in_figure AS (
  SELECT located.*
  FROM located
  JOIN period ON located.started_on_local BETWEEN period_start AND period_end
),
parts AS (
  SELECT
    sum(CAST(personnel_count AS DECIMAL(18,4)))
      FILTER (WHERE (activity_type = 'patrol') AND (personnel_count IS NOT NULL)) AS numerator,
    count(*)
      FILTER (WHERE (activity_type = 'patrol') AND (personnel_count IS NOT NULL)) AS denominator
  FROM in_figure
)
SELECT
  CAST(CASE WHEN denominator > 0 THEN 1 * CAST(coalesce(numerator, 0) AS DOUBLE) / CAST(denominator AS DOUBLE) END AS DOUBLE) AS value,
  CAST(coalesce(numerator, 0) AS DOUBLE) AS numerator,
  CAST(coalesce(denominator, 0) AS DOUBLE) AS denominator,
  CAST(coalesce(denominator, 0) AS BIGINT) AS n
FROM parts
