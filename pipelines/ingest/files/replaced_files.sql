WITH standing AS (
  SELECT file_sha256, sequence, table_name, period
  FROM ops.file_period JOIN ops.input_file USING (file_sha256)
  WHERE source = ? AND status = 'loaded'
),
followed AS (
  SELECT own.file_sha256, (
    SELECT arg_max(other.file_sha256, other.sequence) FROM standing AS other
    WHERE other.table_name = own.table_name AND other.period = own.period
      AND other.sequence > own.sequence
  ) AS by_file, own.sequence
  FROM standing AS own
)
SELECT file_sha256, max(by_file) FROM followed
GROUP BY file_sha256 HAVING bool_and(by_file IS NOT NULL)
ORDER BY file_sha256
