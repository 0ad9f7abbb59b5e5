-- The parts of a protection gap by area, with the ranks that the intervals allow
CREATE TABLE mart.protection_gap (
  -- for hq
  mission VARCHAR, area VARCHAR, period VARCHAR, component VARCHAR, value DOUBLE, ci_low DOUBLE,
  ci_high DOUBLE, rank_low INTEGER, rank_high INTEGER, reason_en VARCHAR, reason_fr VARCHAR,
  -- Of days since a patrol: the last day that all reports of the area cover, to which they count,
  -- and whether more months after it are silent than the last
  counted_to DATE, at_least BOOLEAN
);
