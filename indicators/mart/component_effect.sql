-- Secondary comparisons of a case series by who went on patrol: police, military, joint. `estimate`:
-- a log ratio beside other days or, where `beside` names a component, log ratio of their ratios;
-- none where `status` is not compared. Patrols and their cost are those of `component`.
CREATE TABLE mart.component_effect (
  -- for hq
  mission VARCHAR, edge VARCHAR, area VARCHAR, component VARCHAR, beside VARCHAR,
  n_events BIGINT, n_areas BIGINT, n_eff DOUBLE, n_days BIGINT, n_patrols BIGINT,
  person_days DOUBLE, nights DOUBLE, km DOUBLE, estimate DOUBLE, ci_low DOUBLE, ci_high DOUBLE,
  p_value DOUBLE, smallest_change DOUBLE, needs VARCHAR, status VARCHAR, sentence_en VARCHAR,
  sentence_fr VARCHAR
);
