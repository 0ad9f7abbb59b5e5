-- Lessons of completed reviews, a row a lesson; the threat of a protected kind in its pooled code
CREATE TABLE mart.lesson (
  -- for hq
  mission VARCHAR, area VARCHAR, completed_on DATE, review_kind VARCHAR, subject VARCHAR,
  lesson VARCHAR, tier VARCHAR, phase VARCHAR, threat_type VARCHAR, for_headquarters BOOLEAN
);
