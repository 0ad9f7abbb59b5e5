-- How each way of telling an area's incidents of the next month did, on months that it had not seen:
-- forecast, last_month, three_year_mean. Means over areas, less is better: `brier` of any incident,
-- `log_score`, `ranked_score`; `hits`: of the five areas put highest, those among the five with most
CREATE TABLE mart.forecast_score (
  -- for hq
  mission VARCHAR, method VARCHAR, is_shown BOOLEAN, period VARCHAR, areas INTEGER, hits INTEGER,
  brier DOUBLE, log_score DOUBLE, ranked_score DOUBLE
);
