-- Lines of the plan that were changed, in their own area: the original (version 1, which the
-- results-based budget keeps), the current version, and what was done of it, as in `work_plan`
CREATE TABLE mart.plan_change (
  -- for hq
  mission VARCHAR, plan_line_code VARCHAR, budget_year VARCHAR, month DATE, area VARCHAR,
  unit_type VARCHAR, activity_type VARCHAR, tier VARCHAR, phase VARCHAR, quantity_unit VARCHAR,
  original DOUBLE, quantity DOUBLE, done BIGINT, plan_version INTEGER, approved_on DATE,
  change_reason VARCHAR
);
