-- Incidents of physical violence against civilians dated to the day (definitions 51); the last:
-- warned of, and nobody had acted on a warning by the day before
CREATE TABLE mart.early_warning (
  -- for hq
  mission VARCHAR, quarter VARCHAR, area VARCHAR, incidents BIGINT, warned BIGINT,
  without_warning BIGINT, not_answered BIGINT
);
