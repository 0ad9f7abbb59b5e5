-- Risk assessments before support to host-State forces (2023.05 §47) by the quarter in which they were
-- completed, in the country and admin 1; overdue: the day of review passed without a follow-up
CREATE TABLE mart.due_diligence (
  -- for hq
  mission VARCHAR, quarter VARCHAR, area VARCHAR, host_state_actor VARCHAR,
  support_type VARCHAR, assessments BIGINT, followed_up BIGINT, overdue BIGINT
);
