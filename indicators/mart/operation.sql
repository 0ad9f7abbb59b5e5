-- Each operation with the review of it; nulls: not closed, not stated, no review by the as-of day
CREATE TABLE mart.operation (
  -- for hq
  mission VARCHAR, operation_code VARCHAR, area VARCHAR, operation_type VARCHAR,
  started_on DATE, closed_on DATE, is_risk_assessed BOOLEAN, is_mitigation_recorded BOOLEAN,
  review_due_on DATE, reviewed_on DATE, are_residents_heard BOOLEAN, is_overdue BOOLEAN
);
