-- ratio: P2-OP-03, Share of patrols carried out on foot
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
  SELECT activity_type, status, unit_code, started_at, patrol_mode
  FROM core.activities
),
with_started_on_local AS (
  SELECT *, CAST(LOCAL_DATE(started_at) AS DATE) AS started_on_local
  FROM rows_of_core
),
with_component AS (
  SELECT own.*, other.component AS component
  FROM with_started_on_local AS own LEFT JOIN (
    SELECT unit_code, component, valid_from AS newest_from,
      lead(valid_from) OVER (PARTITION BY unit_code ORDER BY valid_from, component) AS next_from
    FROM (SELECT * FROM core.units)
    WHERE valid_from IS NOT NULL
  ) AS other ON own.unit_code = other.unit_code
    AND own.started_on_local >= other.newest_from
    AND (other.next_from IS NULL OR own.started_on_local < other.next_from)
),
located AS (
  SELECT
    source.*,
    country_area() AS cube_area,
    CAST(date_trunc('month', source.started_on_local) AS DATE) AS month
  FROM with_component AS source
  WHERE source.started_on_local <= as_of_day()
    AND coalesce((activity_type = 'patrol' AND status = 'completed' AND component = 'police'), false)
),
in_figure AS (
  SELECT located.*
  FROM located
  JOIN period ON located.started_on_local BETWEEN period_start AND period_end
),
parts AS (
  SELECT
    count(*)
      FILTER (WHERE (activity_type = 'patrol' AND status = 'completed' AND component = 'police') AND (patrol_mode = 'foot')) AS numerator,
    count(*)
      FILTER (WHERE (activity_type = 'patrol' AND status = 'completed' AND component = 'police') AND (NOT patrol_mode IS NULL)) AS denominator
  FROM in_figure
)
SELECT
  CAST(CASE WHEN denominator > 0 THEN 100 * CAST(coalesce(numerator, 0) AS DOUBLE) / CAST(denominator AS DOUBLE) END AS DOUBLE) AS value,
  CAST(coalesce(numerator, 0) AS DOUBLE) AS numerator,
  CAST(coalesce(denominator, 0) AS DOUBLE) AS denominator,
  CAST(coalesce(denominator, 0) AS BIGINT) AS n
FROM parts
