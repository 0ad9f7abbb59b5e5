CREATE OR REPLACE TABLE cube.return_due AS
SELECT returns.*, unit.component, unit.unit_type,
  return_status IN ('submitted', 'nil')
    AND coalesce(received_on <= as_of_day(), true) AND unread.source IS NULL AS is_received,
  return_status <> 'not_due' AS is_due,
  return_status = 'no_access' AS is_no_access
FROM (SELECT *, last_day("month") AS month_end FROM core.reporting_returns) AS returns
ASOF LEFT JOIN cube.units AS unit
  ON unit.unit_code = returns.unit_code AND returns.month_end >= unit.valid_from
LEFT JOIN cube.unread_return AS unread
  ON unread.source = returns.source AND unread.unit_code = returns.unit_code
  AND unread.area_code = returns.area_code AND unread."month" = returns."month"
WHERE returns."month" <= as_of_day()
