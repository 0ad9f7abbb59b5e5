-- Units that sent month after month and then nothing: code, name, last month of which something
-- came, months since for which something was due. Returns say it where a unit owes any; else its
-- rows do, against the months of which anybody sent.
WITH owed AS (
  SELECT unit_code, "month", bool_or(status IN ('submitted', 'nil')) AS came
  FROM mart.return_status
  WHERE unit_code IS NOT NULL AND status NOT IN ('not_due', 'no_access')
    AND due_on < (SELECT max(as_of) FROM mart.mission)
  GROUP BY ALL
),
sent AS (
  {sent}
),
months AS (
  SELECT DISTINCT "month" FROM sent
  WHERE last_day("month") < (SELECT max(as_of) FROM mart.mission)
),
by_rows AS (
  SELECT unit.unit_code, months."month", sent.unit_code IS NOT NULL AS came
  FROM (SELECT DISTINCT unit_code FROM core.units) AS unit
  CROSS JOIN months
  LEFT JOIN sent ON sent.unit_code = unit.unit_code AND sent."month" = months."month"
  WHERE unit.unit_code NOT IN (SELECT unit_code FROM owed)
),
expected AS (SELECT * FROM owed UNION ALL SELECT * FROM by_rows),
last AS (
  SELECT unit_code, max("month") FILTER (came) AS last_month FROM expected GROUP BY unit_code
)
SELECT unit_code, any_value(unit.unit_name) AS unit_name, last_month,
  count(DISTINCT expected."month") FILTER (expected."month" > last_month) AS months
FROM expected
JOIN last USING (unit_code)
JOIN (
  SELECT unit_code, arg_max(unit_name, valid_from) AS unit_name,
    max(coalesce(valid_to, DATE '9999-12-31')) AS valid_to
  FROM core.units GROUP BY unit_code
) AS unit USING (unit_code)
WHERE last_month IS NOT NULL AND expected."month" < unit.valid_to
GROUP BY unit_code, last_month
HAVING months >= {least}
  AND count(DISTINCT expected."month")
    FILTER (came AND expected."month" > last_month - INTERVAL 6 MONTH) >= {regular}
ORDER BY last_month, unit_code
