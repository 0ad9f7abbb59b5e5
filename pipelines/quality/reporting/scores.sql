-- A report that is not here and whose day has not come is not owed yet.
WITH RECURSIVE lineage AS (
  SELECT DISTINCT area_code, area_code AS area, 0 AS steps FROM core.areas
  UNION
  SELECT lineage.area_code, own.parent_area_code, steps + 1
  FROM lineage JOIN core.areas AS own ON own.area_code = lineage.area
  WHERE own.parent_area_code IS NOT NULL AND steps < 8
),
owed AS (
  SELECT area, month, status, received_on, due_on,
         status <> 'not_due' AND (status IN ('submitted', 'nil') OR due_on <= $as_of) AS is_due
  FROM mart.return_status WHERE mission = $mission AND source = $source
),
returns AS (
  SELECT area, month,
    count(*) FILTER (is_due) AS returns_due,
    count(*) FILTER (status IN ('submitted', 'nil')) AS returns_received,
    count(*) FILTER (received_on IS NOT NULL) AS returns_dated,
    count(*) FILTER (received_on <= due_on) AS returns_in_time,
    coalesce(bool_and(status = 'no_access') FILTER (is_due), false) AS is_closed
  FROM owed GROUP BY ALL
),
nearest AS (
  SELECT area_code, arg_min(area, steps) AS area
  FROM lineage WHERE area IN (SELECT area FROM returns) GROUP BY area_code
),
flagged AS ({flagged}),
accepted AS (
  SELECT nearest.area, CAST(date_trunc('month', {day}) AS DATE) AS month,
         count(*) AS rows_accepted, count(flagged.row_number) AS rows_flagged
  FROM core.{table} AS own
  JOIN nearest ON nearest.area_code = own.{area}
  LEFT JOIN flagged ON flagged.file_sha256 = own.file_sha256
    AND flagged.row_number = own.row_number AND flagged.sheet IS NOT DISTINCT FROM own.sheet
  {dated}
  GROUP BY ALL
),
rejected AS (
  SELECT nearest.area, month, sum(rows) AS rows_rejected
  FROM mart.reject_place AS own JOIN nearest ON nearest.area_code = own.area
  WHERE mission = $mission AND source = $source AND indicator IS NULL GROUP BY ALL
)
SELECT area, month, returns_due, returns_received, returns_dated, returns_in_time, is_closed,
       coalesce(rows_accepted, 0) AS rows_accepted,
       CAST(coalesce(rows_rejected, 0) AS BIGINT) AS rows_rejected,
       coalesce(rows_flagged, 0) AS rows_flagged
FROM returns LEFT JOIN accepted USING (area, month) LEFT JOIN rejected USING (area, month)
ORDER BY area, month
