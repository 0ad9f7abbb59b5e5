-- Shares of areas by the area-level model (definitions 75), never in a test of a change. `reason`: why
-- there is no figure: few_areas, few_answers, does_not_fit, misses_country, too_imprecise;
-- `n_areas`: areas in the model. Without n: it may be too few to tell
CREATE TABLE mart.modelled_value (
  -- for hq
  mission VARCHAR, indicator VARCHAR, indicator_version INTEGER, period_type VARCHAR,
  period VARCHAR, area VARCHAR, area_level VARCHAR, sex VARCHAR, method VARCHAR, value DOUBLE,
  se DOUBLE, ci_low DOUBLE, ci_high DOUBLE, n_areas BIGINT, reason VARCHAR
);
