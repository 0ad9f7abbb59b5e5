-- Incidents that the rule of 2023.05 §87 covers, or may cover once it is stated whether they were near
-- a base (definitions 42). Nulls: undecided; not closed or not reviewed by the as-of day.
-- `case_number`: tells the rows apart where a copy has no codes of incidents
CREATE TABLE mart.review_candidate (
  -- for hq
  mission VARCHAR,
  -- for the mission alone
  incident_code VARCHAR,
  -- for hq
  area VARCHAR, type VARCHAR, occurred_on DATE, is_near_base BOOLEAN, known_threat BOOLEAN,
  review_due_on DATE, reviewed_on DATE, case_number BIGINT,
  -- required, undecided
  rule VARCHAR, is_overdue BOOLEAN
);
