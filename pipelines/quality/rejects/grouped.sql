WITH told AS ({units}),
fault AS (
  SELECT file, own.file_sha256, own.sheet, own.row_number, unit_code, column_name, raw_value, rule,
         min(CAST(parameters AS VARCHAR)) AS parameters
  FROM quarantine.{table} AS own
  LEFT JOIN told ON told.file_sha256 = own.file_sha256 AND told.row_number = own.row_number
    AND told.sheet IS NOT DISTINCT FROM own.sheet
  WHERE own.file_sha256 NOT IN (SELECT file_sha256 FROM ops.input_file WHERE status = 'superseded')
    AND {to_correct}
  GROUP BY ALL
),
placed AS (
  SELECT *, row_number - row_number() OVER (
    PARTITION BY file_sha256, sheet, unit_code, column_name, raw_value, rule, parameters
    ORDER BY row_number
  ) AS run
  FROM fault
)
SELECT file, file_sha256, sheet, min(row_number) AS first_row, max(row_number) AS last_row,
       count(row_number) AS rows, unit_code, column_name, raw_value, rule, parameters
FROM placed
GROUP BY file, file_sha256, sheet, unit_code, column_name, raw_value, rule, parameters, run
ORDER BY file, file_sha256, sheet, first_row, unit_code, column_name, rule, raw_value, parameters
