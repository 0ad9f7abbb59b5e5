-- Estimates by months before and after an activity, with those before as a check
CREATE TABLE mart.event_study (
  -- for hq
  mission VARCHAR, edge VARCHAR, area VARCHAR, specification VARCHAR, event_time INTEGER,
  n_areas BIGINT, n_periods BIGINT, estimate DOUBLE, se DOUBLE, ci_low DOUBLE, ci_high DOUBLE,
  p_value DOUBLE, q_value DOUBLE, status VARCHAR,
  -- How the estimate reads (log_ratio, units), and of what activity: linkage.contrast.<contrast>
  scale VARCHAR, contrast VARCHAR
);
