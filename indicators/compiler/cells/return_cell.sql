CREATE OR REPLACE TABLE cube.return_cell AS
SELECT returns_key, unit_type, area_ancestor.area, period_type, period,
  CAST(sum(due) AS INTEGER) AS due,
  CAST(sum(received) AS INTEGER) AS received,
  CAST(sum(no_access) AS INTEGER) AS no_access
FROM cube.return_month
JOIN cube.area_version AS span
  ON span.area_code = return_month.area_code
  AND last_day(month) >= span.begins AND last_day(month) < span.ends
JOIN cube.area_ancestor ON area_ancestor.area_code = span.place
JOIN cube.period_month USING (month)
GROUP BY ALL
