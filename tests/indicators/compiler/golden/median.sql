-- median: P2-OC-03, Median minutes from a confirmed threat to arrival of a police response
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
  SELECT merged_into, received_at, confirmed_at, responding_component, responding_unit_code, arrived_at
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
with_responder_component AS (
  SELECT own.*, other.component AS responder_component
  FROM with_confirmed_on_local AS own LEFT JOIN (
    SELECT unit_code, component, valid_from AS newest_from,
      lead(valid_from) OVER (PARTITION BY unit_code ORDER BY valid_from, component) AS next_from
    FROM (SELECT * FROM core.units)
    WHERE valid_from IS NOT NULL
  ) AS other ON own.responding_unit_code = other.unit_code
    AND own.received_on_local >= other.newest_from
    AND (other.next_from IS NULL OR own.received_on_local < other.next_from)
),
with_is_police_response AS (
  SELECT *, CAST(CASE WHEN NOT responding_unit_code IS NULL THEN COALESCE(responder_component = 'police', FALSE) ELSE COALESCE(responding_component = 'police', FALSE) END AS BOOLEAN) AS is_police_response
  FROM with_responder_component
),
with_minutes_to_arrival AS (
  SELECT *, CAST(CASE WHEN arrived_at >= confirmed_at AND LOCAL_DATE(arrived_at) <= AS_OF_DAY() THEN MINUTES_BETWEEN(confirmed_at, arrived_at) END AS DECIMAL(18,8)) AS minutes_to_arrival
  FROM with_is_police_response
),
located AS (
  SELECT
    source.*,
    country_area() AS cube_area,
    CAST(date_trunc('month', source.confirmed_on_local) AS DATE) AS month
  FROM with_minutes_to_arrival AS source
  WHERE source.confirmed_on_local <= as_of_day()
    AND coalesce((merged_into IS NULL AND is_police_response), false)
),
in_figure AS (
  SELECT located.*
  FROM located
  JOIN period ON located.confirmed_on_local BETWEEN period_start AND period_end
),
parts AS (
  SELECT
    quantile_cont(CAST(minutes_to_arrival AS DOUBLE), 0.5)
      FILTER (WHERE (merged_into IS NULL AND is_police_response) AND (minutes_to_arrival IS NOT NULL)) AS value,
    count(*)
      FILTER (WHERE (merged_into IS NULL AND is_police_response) AND (minutes_to_arrival IS NOT NULL)) AS denominator
  FROM in_figure
)
SELECT
  CAST(value AS DOUBLE) AS value,
  CAST(NULL AS DOUBLE) AS numerator,
  CAST(NULL AS DOUBLE) AS denominator,
  CAST(coalesce(denominator, 0) AS BIGINT) AS n
FROM parts
