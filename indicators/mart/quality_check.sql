-- What each check of quality found
CREATE TABLE mart.quality_check (
  -- for hq
  mission VARCHAR, check_name VARCHAR, source VARCHAR, severity VARCHAR, status VARCHAR,
  observed VARCHAR, expected VARCHAR, rows_failed BIGINT, sentence_en VARCHAR,
  sentence_fr VARCHAR
);
