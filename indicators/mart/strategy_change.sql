-- What differs from the strategy in the release before; null where one side has none
CREATE TABLE mart.strategy_change (
  -- for hq
  mission VARCHAR, release_before VARCHAR, field VARCHAR, before VARCHAR, after VARCHAR,
  sentence_en VARCHAR, sentence_fr VARCHAR
);
