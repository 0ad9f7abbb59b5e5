-- What a source owed and gave of an area and month, and four shares of it, 0 to 1. `score`: their
-- product; null with a `reason` (not_due, no_access) where nothing was expected. Rows: null of
-- protected sources. `returns_dated`: received with a date
CREATE TABLE mart.quality_score (
  -- for the mission alone: who sends faulty files
  mission VARCHAR, source VARCHAR, area VARCHAR, month DATE, returns_due BIGINT,
  returns_received BIGINT, returns_dated BIGINT, returns_in_time BIGINT, rows_accepted BIGINT,
  rows_rejected BIGINT, rows_flagged BIGINT, completeness DOUBLE, timeliness DOUBLE,
  validity DOUBLE, consistency DOUBLE, score DOUBLE, reason VARCHAR
);
