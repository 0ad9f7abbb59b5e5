WITH told AS (
  SELECT DISTINCT file_sha256, sheet, row_number, {unit} AS unit, {day} AS day FROM {waiting}
)
SELECT known.unit_code, file.name, count(*), min(day)
FROM told
JOIN ops.input_file AS file USING (file_sha256)
LEFT JOIN (SELECT DISTINCT unit_code FROM core.units) AS known ON known.unit_code = told.unit
GROUP BY known.unit_code, file.name
ORDER BY known.unit_code, file.name
