-- Returns of a source that state rows and of which none is here, while something of them waits: a
-- file of the source, or rejected rows of the return's area and month
INSERT INTO cube.unread_return
WITH stated AS (
  SELECT DISTINCT {unit} AS unit_code, {area} AS area_code,
    CAST(date_trunc('month', {day}) AS DATE) AS "month"
  FROM core.{source} WHERE {day} IS NOT NULL
)
SELECT source, unit_code, area_code, "month"
FROM core.reporting_returns AS returns
WHERE source = '{source}' AND return_status = 'submitted'
  AND ('{source}' IN (SELECT table_name FROM ops.unread_file)
    OR EXISTS (
      SELECT 1 FROM mart.reject_place AS rejected
      JOIN cube.area_ancestor AS above ON above.area_code = rejected.area
      WHERE rejected.source = '{source}' AND rejected.indicator IS NULL
        AND rejected."month" = returns."month" AND above.area = returns.area_code))
  AND NOT EXISTS (
    SELECT 1 FROM stated JOIN cube.area_ancestor AS above ON above.area_code = stated.area_code
    WHERE stated."month" = returns."month" AND above.area = returns.area_code
      AND coalesce(stated.unit_code = returns.unit_code, true))
