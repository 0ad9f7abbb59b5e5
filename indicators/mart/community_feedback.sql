-- What residents said, counted by one dimension at a time: theme, sentiment. `said` null with
-- `disclosure` below_8 where the copy displays persons
CREATE TABLE mart.community_feedback (
  -- for hq
  mission VARCHAR, quarter VARCHAR, area VARCHAR, breakdown VARCHAR, breakdown_value VARCHAR,
  said BIGINT, disclosure VARCHAR
);
