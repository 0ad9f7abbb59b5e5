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

-- 2023.05 §87: which are covered is the rule's to say; how each is to be judged is a person's. What
-- was closed or reviewed after the as-of day is not known yet.
-- Where the mission counts P2-OP-15 alone
INSERT INTO mart.review_candidate
WITH known AS (
  SELECT * REPLACE (
    CASE WHEN closed_on <= as_of_day() THEN review_due_on END AS review_due_on,
    CASE WHEN reviewed_on <= as_of_day() THEN reviewed_on END AS reviewed_on
  )
  FROM {incidents: incident_code, incident_type, area_code, occurred_on, is_near_base, known_threat,
    review_required, review_undecided, closed_on, review_due_on, reviewed_on}
  WHERE (review_required OR review_undecided) AND occurred_on <= as_of_day()
)
SELECT $mission, incident_code, area_code, pooled_incident_type(incident_type), occurred_on,
  is_near_base, known_threat, review_due_on, reviewed_on,
  row_number() OVER (ORDER BY occurred_on, area_code, incident_code),
  CASE WHEN review_required THEN 'required' ELSE 'undecided' END,
  review_required AND is_overdue(review_due_on, reviewed_on)
FROM known
ORDER BY ALL;
