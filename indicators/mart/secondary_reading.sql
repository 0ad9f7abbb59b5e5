-- Secondary comparisons of a case series: by who went, how long, when and how far, in neighbouring
-- areas and later, by alleged actor and by outcomes that are hard to hide. `estimate`: a log ratio
-- beside other days or, where `beside` names another, log ratio of their ratios; none where
-- `status` is not compared. Activities and their cost are those of `name`, of components alone.
CREATE TABLE mart.secondary_reading (
  -- for hq
  mission VARCHAR, edge VARCHAR, area VARCHAR, position INTEGER, reading VARCHAR, name VARCHAR,
  beside VARCHAR,
  n_events BIGINT, n_areas BIGINT, n_eff DOUBLE, n_days BIGINT, n_patrols BIGINT,
  person_days DOUBLE, nights DOUBLE, km DOUBLE, estimate DOUBLE, ci_low DOUBLE, ci_high DOUBLE,
  p_value DOUBLE, smallest_change DOUBLE, needs VARCHAR, status VARCHAR, sentence_en VARCHAR,
  sentence_fr VARCHAR
);
