-- Rejected rows of a file by column and rule, and how to mend them
CREATE TABLE mart.reject_summary (
  -- for hq
  mission VARCHAR, source VARCHAR, file VARCHAR, file_sha256 VARCHAR, sheet VARCHAR,
  first_row BIGINT, last_row BIGINT, rows BIGINT,
  -- for the mission alone
  unit_code VARCHAR,
  -- for hq
  column_name VARCHAR,
  -- for the mission alone
  raw_value VARCHAR,
  -- for hq
  rule VARCHAR, sentence_en VARCHAR, sentence_fr VARCHAR
);
