WITH told AS (
{rows}
),
-- A line that fills two tables, as one of a survey does, is one row: of the first of them.
counted AS (
  SELECT * FROM told
  QUALIFY row_number() OVER (PARTITION BY file_sha256, sheet, row_number ORDER BY place) = 1
)
SELECT counted.source, known.unit_code, file.name, count(*), min(day)
FROM counted
JOIN ops.input_file AS file USING (file_sha256)
LEFT JOIN (SELECT DISTINCT unit_code FROM core.units) AS known ON known.unit_code = counted.unit
GROUP BY ALL
ORDER BY ALL
