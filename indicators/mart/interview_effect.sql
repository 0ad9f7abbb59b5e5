-- Answers of interviews soon after a patrol beside those later
CREATE TABLE mart.interview_effect (
  -- for hq
  mission VARCHAR, edge VARCHAR, area VARCHAR, method VARCHAR, specification VARCHAR,
  n_before BIGINT, n_after BIGINT, n_events BIGINT, n_areas BIGINT, n_clusters BIGINT,
  estimate DOUBLE, se DOUBLE, ci_low DOUBLE, ci_high DOUBLE, p_value DOUBLE, balance_p DOUBLE,
  placebo_p DOUBLE, person_days DOUBLE, nights DOUBLE, km DOUBLE, status VARCHAR
);
