-- The parts of a protection gap by area, with the ranks that the intervals allow
CREATE TABLE mart.protection_gap (
  -- for hq
  mission VARCHAR, area VARCHAR, period VARCHAR, component VARCHAR, value DOUBLE, ci_low DOUBLE,
  ci_high DOUBLE, rank_low INTEGER, rank_high INTEGER, reason_en VARCHAR, reason_fr VARCHAR
);
