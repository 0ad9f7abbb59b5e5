-- Every value with its interval, status, rating and trend
CREATE TABLE mart.indicator_value (
  -- for hq, partner, public
  mission VARCHAR, indicator VARCHAR, indicator_version INTEGER, time_rule VARCHAR,
  period_type VARCHAR, period VARCHAR, period_start DATE, period_end DATE, area VARCHAR,
  area_level VARCHAR, unit_type VARCHAR, activity_type VARCHAR, actor VARCHAR, sex VARCHAR,
  age_group VARCHAR, breakdown VARCHAR, breakdown_value VARCHAR,
  -- value, se, ci_*, baseline, target: in unit_of_measure; numerator, denominator: raw
  value DOUBLE, numerator DOUBLE, denominator DOUBLE, n BIGINT, se DOUBLE, ci_low DOUBLE,
  ci_high DOUBLE, deff DOUBLE, df DOUBLE, method VARCHAR, obs_status VARCHAR,
  conf_status VARCHAR, disclosure VARCHAR, baseline DOUBLE, target DOUBLE,
  -- The path on the last day that the data cover, of that part of the period (definitions 65);
  -- the probability that decided the rating (66): of the target where it is achieved, else of the path
  expected DOUBLE, rating VARCHAR, rating_probability DOUBLE, rating_reason VARCHAR,
  trend VARCHAR, returns_due INTEGER, returns_received INTEGER,
  -- Where returns are missing in one of both years, or the period is running: the areas and
  -- area-months that the trend was found on, of those due so far. Why there is no trend, or no fall
  trend_areas INTEGER, trend_areas_due INTEGER, trend_months INTEGER, trend_months_due INTEGER,
  trend_reason VARCHAR,
  -- Of what the trend compared: counts, sums and rates in percent of the year before, all else in
  -- unit_of_measure; `change_visible`: the smallest change seen in four of five cases
  change DOUBLE, change_ci_low DOUBLE, change_ci_high DOUBLE, change_visible DOUBLE
);
