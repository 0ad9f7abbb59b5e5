-- Every file that came, and what became of its rows
CREATE TABLE mart.input_file (
  -- for hq
  mission VARCHAR, file_sha256 VARCHAR, name VARCHAR, source VARCHAR, status VARCHAR,
  sequence BIGINT, rows_read BIGINT, rows_loaded BIGINT, rows_rejected BIGINT,
  rows_unchanged BIGINT, rows_ignored BIGINT, superseded_by VARCHAR, mapping_version VARCHAR,
  -- of files whose rows are held for a key: those of one intake have one number
  intake BIGINT,
  -- of files whose mapping feeds tables of persons: the highest class of these tables
  confidentiality VARCHAR
);
