-- Incidents before and after an activity beside a control, by window
CREATE TABLE mart.wake_effect (
  -- for hq
  mission VARCHAR, edge VARCHAR, area VARCHAR, specification VARCHAR, t_window DOUBLE,
  spat_window DOUBLE, n_treated BIGINT, n_control BIGINT, n_eff DOUBLE, estimate DOUBLE,
  se DOUBLE, ci_low DOUBLE, ci_high DOUBLE, p_value DOUBLE, q_value DOUBLE, status VARCHAR,
  t_unit VARCHAR, p_permutation DOUBLE, overlap_share DOUBLE, control_mean DOUBLE,
  smallest_visible DOUBLE, person_days DOUBLE, nights DOUBLE, km DOUBLE, caveats VARCHAR
);
