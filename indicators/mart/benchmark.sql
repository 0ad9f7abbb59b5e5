-- `state`: as judged; `computed`: what the indicator's figures of the whole mission say of the
-- threshold over the quarters for which it must hold: met, not_met, too_close, not_known;
-- `differs`: judged and computed, a benchmark that is partly met counting as not met
CREATE TABLE mart.benchmark (
  -- for hq
  mission VARCHAR, benchmark_code VARCHAR, condition_en VARCHAR, condition_fr VARCHAR,
  quarter VARCHAR, state VARCHAR, held_since DATE, evidence_indicator VARCHAR, threshold DOUBLE,
  direction VARCHAR, held_for_months INTEGER, value DOUBLE, computed VARCHAR, differs BOOLEAN,
  reason VARCHAR
);
