-- Each base that stands, by kind of contingency plan; nulls: never reviewed, never exercised
CREATE TABLE mart.base_plan (
  -- for hq
  mission VARCHAR, base_name VARCHAR, area VARCHAR, plan_kind VARCHAR, reviewed_on DATE,
  review_counts_until DATE, exercised_on DATE, is_current BOOLEAN, is_exercised BOOLEAN,
  -- Not reviewed, or not exercised, within the time that counts
  is_overdue BOOLEAN
);
