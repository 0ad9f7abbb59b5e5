-- Rows of each file behind a cell, of the total alone
CREATE TABLE mart.contribution (
  -- for hq
  mission VARCHAR, indicator VARCHAR, indicator_version INTEGER, period_type VARCHAR,
  period VARCHAR, area VARCHAR, file_sha256 VARCHAR, file VARCHAR, rows BIGINT
);
