-- Every return that was due by the as-of day, and whether it came
CREATE TABLE mart.return_status (
  -- for hq, partner, public
  mission VARCHAR, source VARCHAR,
  -- for the mission alone
  unit_code VARCHAR, unit_name VARCHAR,
  -- for hq, partner, public
  area VARCHAR, month DATE, status VARCHAR, received_on DATE, due_on DATE
);

INSERT INTO mart.return_status
SELECT $mission, returns.source, returns.unit_code, unit.unit_name, returns.area_code,
  returns."month", CASE WHEN is_later THEN 'not_submitted' ELSE return_status END,
  CASE WHEN NOT is_later THEN received_on END, returns.month_end + due_days(returns.source)
FROM (
  SELECT *, last_day("month") AS month_end,
    coalesce(received_on > as_of_day(), false) AS is_later
  FROM core.reporting_returns
) AS returns
ASOF LEFT JOIN cube.units AS unit
  ON unit.unit_code = returns.unit_code AND returns.month_end >= unit.valid_from
WHERE returns."month" <= as_of_day()
ORDER BY ALL;
