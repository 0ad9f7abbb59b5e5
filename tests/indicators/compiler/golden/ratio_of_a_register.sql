-- ratio_of_a_register: P3-OC-03, Localities with host-State police present and open to the public at least 5 days a week
CREATE OR REPLACE TEMP MACRO as_of_day() AS DATE '2026-09-30';
CREATE OR REPLACE TEMP MACRO country_area() AS 'COUNTRY';
CREATE OR REPLACE TEMP MACRO months_after(day, months) AS
  CAST(day + to_months(CAST(months AS INTEGER)) AS DATE);
CREATE OR REPLACE TEMP MACRO police_post_carry_months() AS 3;
WITH period AS (
  SELECT 'Q' AS period_type, '2026-Q3' AS period,
    DATE '2026-07-01' AS period_start, DATE '2026-09-30' AS period_end,
    DATE '2026-08-16' AS period_middle
),
police_posts AS (
  WITH rows_of_core AS (
    SELECT entry_code, month, staffed, open_days_per_week, host_state_actor
    FROM core.police_posts
  ),
  with_counts_until AS (
    SELECT *, CAST(MONTHS_AFTER(month, POLICE_POST_CARRY_MONTHS() + 1) - 1 AS DATE) AS counts_until
    FROM rows_of_core
  )
  SELECT * FROM with_counts_until
),
rows_of_core AS (
  SELECT register_code, entry_code, valid_from, valid_to
  FROM core.registers
),
in_force AS (
  SELECT source.*, country_area() AS cube_area,
    period.period_start, least(period.period_end, as_of_day()) AS period_end, period.period_type, period.period
  FROM rows_of_core AS source
  JOIN period ON source.valid_from <= least(period.period_end, as_of_day()) AND (source.valid_to IS NULL OR source.valid_to >= least(period.period_end, as_of_day()))
  QUALIFY row_number() OVER (PARTITION BY period.period_type, period.period, source.register_code, source.entry_code ORDER BY valid_from DESC) = 1
),
with_post_staffed AS (
  SELECT own.*, CASE WHEN other.counts_until IS NULL OR other.counts_until >= own.period_end THEN other.staffed END AS post_staffed
  FROM in_force AS own LEFT JOIN (
    SELECT entry_code, counts_until, staffed, month AS newest_from,
      lead(month) OVER (PARTITION BY entry_code ORDER BY month, counts_until, staffed) AS next_from
    FROM (SELECT * FROM police_posts)
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
    FROM (SELECT * FROM police_posts)
    WHERE month IS NOT NULL
  ) AS other ON own.entry_code = other.entry_code
    AND own.period_end >= other.newest_from
    AND (other.next_from IS NULL OR own.period_end < other.next_from)
),
located AS (
  SELECT own.*, CASE WHEN other.counts_until IS NULL OR other.counts_until >= own.period_end THEN other.host_state_actor END AS post_actor
  FROM with_post_open_days AS own LEFT JOIN (
    SELECT entry_code, counts_until, host_state_actor, month AS newest_from,
      lead(month) OVER (PARTITION BY entry_code ORDER BY month, counts_until, host_state_actor) AS next_from
    FROM (SELECT * FROM police_posts)
    WHERE month IS NOT NULL
  ) AS other ON own.entry_code = other.entry_code
    AND own.period_end >= other.newest_from
    AND (other.next_from IS NULL OR own.period_end < other.next_from)
),
in_figure AS (
  SELECT located.*
  FROM located
),
parts AS (
  SELECT
    count(*)
      FILTER (WHERE (register_code = 'coverage_locality') AND (post_staffed AND post_open_days >= 5 AND post_actor IN ('police', 'gendarmerie'))) AS numerator,
    count(*)
      FILTER (WHERE register_code = 'coverage_locality') AS denominator,
    count(*)
      FILTER (WHERE (register_code = 'coverage_locality') AND (NOT post_staffed IS NULL)) AS known,
    count(*)
      FILTER (WHERE register_code = 'coverage_locality') AS cases
  FROM in_figure
)
SELECT
  CAST(CASE WHEN denominator > 0 THEN 100 * CAST(coalesce(numerator, 0) AS DOUBLE) / CAST(denominator AS DOUBLE) END AS DOUBLE) AS value,
  CAST(coalesce(numerator, 0) AS DOUBLE) AS numerator,
  CAST(coalesce(denominator, 0) AS DOUBLE) AS denominator,
  CAST(coalesce(denominator, 0) AS BIGINT) AS n
FROM parts
