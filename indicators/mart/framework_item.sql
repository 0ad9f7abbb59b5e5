-- `kind`: objective (without an indicator), outcome, output
CREATE TABLE mart.framework_item (
  -- for hq
  mission VARCHAR, kind VARCHAR, position INTEGER, item VARCHAR, indicator VARCHAR,
  title_en VARCHAR, title_fr VARCHAR, short_en VARCHAR, short_fr VARCHAR,
  -- Of outcomes only; stakeholders joined by |
  stakeholders_en VARCHAR, stakeholders_fr VARCHAR, hypothesis_en VARCHAR,
  hypothesis_fr VARCHAR, expected_accomplishment_en VARCHAR, expected_accomplishment_fr VARCHAR,
  is_benchmark BOOLEAN
);
