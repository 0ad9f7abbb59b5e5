CREATE OR REPLACE TABLE cube.known_period AS
WITH held AS (
  SELECT period_type, period, min(month) AS first_day, last_day(max(month)) AS last_day
  FROM cube.period_month
  GROUP BY ALL
)
SELECT indicator, period_type, period,
  bool_or(first_day >= known_from AND last_day <= ends) AS is_whole,
  bool_or(is_declared) AS is_declared
FROM cube.known_span JOIN held
  ON list_contains(period_types, period_type) AND last_day >= begins AND first_day <= ends
GROUP BY ALL
