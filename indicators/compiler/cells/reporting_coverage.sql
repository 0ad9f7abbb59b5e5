CREATE OR REPLACE TABLE cube.reporting_coverage AS
WITH owed AS (
  SELECT returns_key, max(level_rank) AS finest
  FROM cube.return_month JOIN cube.area USING (area_code)
  GROUP BY ALL
)
SELECT returns_key, area_code AS area, arg_max(area, level_rank) AS covering,
  bool_and(area <> area_code) AS is_below
FROM cube.area_ancestor CROSS JOIN owed
WHERE level_rank <= finest
GROUP BY returns_key, area_code
