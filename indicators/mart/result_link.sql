-- Every finding of every method on an edge of the results framework, with its grade
CREATE TABLE mart.result_link (
  -- for hq
  mission VARCHAR, edge VARCHAR, from_indicator VARCHAR, to_indicator VARCHAR, area VARCHAR,
  method VARCHAR, specification VARCHAR,
  -- months
  lag INTEGER, n_areas BIGINT, n_periods BIGINT, n_events BIGINT, n_eff DOUBLE, estimate DOUBLE,
  se DOUBLE, ci_low DOUBLE, ci_high DOUBLE, p_value DOUBLE, q_value DOUBLE,
  expected_sign INTEGER, grade VARCHAR, grade_reasons VARCHAR, caveats VARCHAR,
  sentence_en VARCHAR, sentence_fr VARCHAR, status VARCHAR,
  -- Seen with 80 % power: percent of a ratio’s fall, units of the outcome, or a correlation
  smallest_change DOUBLE, change_unit VARCHAR,
  -- Of `small_at_most`, a status without grade: the largest change that the interval leaves open,
  -- in `change_unit`
  bound DOUBLE,
  -- Of grade D what would be enough: a JSON list of kind, quantity, purpose (test, target)
  needs VARCHAR, needs_en VARCHAR, needs_fr VARCHAR
);
