-- sum: P2-OP-02, Patrol person-days
CREATE OR REPLACE TEMP MACRO as_of_day() AS DATE '2026-09-30';
CREATE OR REPLACE TEMP MACRO country_area() AS 'COUNTRY';
CREATE OR REPLACE TEMP MACRO local_time(moment) AS CASE
  WHEN moment >= TIMESTAMP '1970-01-01 00:00:00' AND moment < TIMESTAMP '2099-12-31 00:00:00' THEN moment + to_seconds(0)
  ELSE timezone('UTC', timezone('UTC', moment)) END;
CREATE OR REPLACE TEMP MACRO local_date(moment) AS CAST(local_time(moment) AS DATE);
CREATE OR REPLACE TEMP MACRO minutes_between(begun, ended) AS
  (epoch_us(ended) - epoch_us(begun)) / 60000000;
WITH period AS (
  SELECT 'Q' AS period_type, '2026-Q3' AS period,
    DATE '2026-07-01' AS period_start, DATE '2026-09-30' AS period_end,
    DATE '2026-08-16' AS period_middle
),
rows_of_core AS (
  SELECT activity_type, status, unit_code, started_at, ended_at, personnel_count
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
with_person_days AS (
  SELECT *, CAST(CASE WHEN ended_at IS NULL THEN personnel_count WHEN ended_at >= started_at THEN personnel_count * GREATEST(1, CEIL(MINUTES_BETWEEN(started_at, ended_at) / 1440)) END AS BIGINT) AS person_days
  FROM with_component
),
located AS (
  SELECT
    source.*,
    country_area() AS cube_area,
    CAST(date_trunc('month', source.started_on_local) AS DATE) AS month
  FROM with_person_days AS source
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
    sum(CAST(person_days AS DECIMAL(18,4)))
      FILTER (WHERE (activity_type = 'patrol' AND status = 'completed' AND component = 'police') AND (person_days IS NOT NULL)) AS numerator,
    count(*)
      FILTER (WHERE (activity_type = 'patrol' AND status = 'completed' AND component = 'police') AND (person_days IS NOT NULL)) AS denominator
  FROM in_figure
)
SELECT
  CAST(coalesce(numerator, 0) AS DOUBLE) AS value,
  CAST(coalesce(numerator, 0) AS DOUBLE) AS numerator,
  CAST(NULL AS DOUBLE) AS denominator,
  CAST(denominator AS BIGINT) AS n
FROM parts
