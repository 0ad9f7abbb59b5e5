WITH waiting AS (
  SELECT DISTINCT reject.file_sha256, reject.sheet,
         unnest(range(reject.first_row, reject.last_row + 1)) AS row_number
  FROM mart.reject_summary AS reject
  WHERE reject.source = $source
)
SELECT count(*) AS rows FROM waiting
