WITH told AS (
  SELECT file_sha256, sheet, row_number, min({day}) AS day, min({area}) AS area
  FROM {waiting}
  GROUP BY ALL
)
SELECT CAST(date_trunc('month', day) AS DATE) AS month, known.area_code AS area, count(*) AS rows
FROM told
LEFT JOIN (SELECT DISTINCT area_code FROM core.areas) AS known ON known.area_code = told.area
GROUP BY ALL
ORDER BY ALL
