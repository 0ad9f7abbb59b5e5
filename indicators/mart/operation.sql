-- Each operation with the review of it; nulls: not closed, not stated, no review by the as-of day
CREATE TABLE mart.operation (
  -- for hq
  mission VARCHAR, operation_code VARCHAR, area VARCHAR, operation_type VARCHAR,
  started_on DATE, closed_on DATE, is_risk_assessed BOOLEAN, is_mitigation_recorded BOOLEAN,
  review_due_on DATE, reviewed_on DATE, are_residents_heard BOOLEAN, is_overdue BOOLEAN
);

-- Operations begun by the as-of day (2023.05 §54-55); what happened later is not known yet.
-- `reviewed_on`: the first review completed; residents were heard if any completed one says so.
-- Who led one is in no column: neither units nor commanders are compared.
INSERT INTO mart.operation
WITH review AS (
  SELECT operation_code, min(completed_on) AS reviewed_on,
    bool_or(perceptions_heard) AS are_residents_heard
  FROM core.after_action_reviews
  WHERE completed_on <= as_of_day() AND coalesce(completed_on >= started_on, true)
  GROUP BY operation_code
)
SELECT $mission, operation_code, area_code, operation_type, started_on,
  CASE WHEN closed_on <= as_of_day() THEN closed_on END AS closed, risk_assessed,
  mitigation_recorded, CASE WHEN closed IS NOT NULL THEN review_due_on END AS due, reviewed_on,
  are_residents_heard, is_overdue(due, reviewed_on)
FROM {operations: operation_code, area_code, operation_type, started_on, closed_on, risk_assessed,
  mitigation_recorded, review_due_on}
LEFT JOIN review USING (operation_code)
WHERE started_on <= as_of_day()
ORDER BY ALL;
