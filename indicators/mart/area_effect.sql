-- Case series: each area’s own ratio (log) beside the mission’s, and the one drawn towards it
CREATE TABLE mart.area_effect (
  -- for hq
  mission VARCHAR, edge VARCHAR, area VARCHAR, method VARCHAR, specification VARCHAR,
  n_events BIGINT, n_eff DOUBLE, estimate DOUBLE, se DOUBLE, ci_low DOUBLE, ci_high DOUBLE,
  shrunken DOUBLE, shrunken_low DOUBLE, shrunken_high DOUBLE, status VARCHAR
);
