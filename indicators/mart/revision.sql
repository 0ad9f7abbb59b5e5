-- Figures that differ from the release before, with the cause
CREATE TABLE mart.revision (
  -- for hq
  mission VARCHAR, indicator VARCHAR, indicator_version INTEGER, period_type VARCHAR,
  period VARCHAR, area VARCHAR, unit_type VARCHAR, activity_type VARCHAR, actor VARCHAR,
  sex VARCHAR, age_group VARCHAR, breakdown VARCHAR, breakdown_value VARCHAR,
  release_before VARCHAR, version_before INTEGER, value_before DOUBLE, value_after DOUBLE,
  obs_status_before VARCHAR, obs_status_after VARCHAR, conf_status_before VARCHAR,
  conf_status_after VARCHAR,
  -- correction, late_data, new_definition, parameters, recomputed; withheld, released
  reason VARCHAR,
  -- What each cause makes of the change; they add up to it
  part_correction DOUBLE, part_late_data DOUBLE, part_new_definition DOUBLE,
  part_parameters DOUBLE, part_recomputed DOUBLE,
  -- one_cause, recounted, correction_or_recomputed; not_told_apart, not_counted, withheld
  parts_status VARCHAR, sentence_en VARCHAR, sentence_fr VARCHAR
);
