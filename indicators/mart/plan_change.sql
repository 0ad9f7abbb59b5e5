-- Lines of the plan that were changed, in their own area: the original (version 1, which the
-- results-based budget keeps), the current version, and what was done of it, as in `work_plan`
CREATE TABLE mart.plan_change (
  -- for hq
  mission VARCHAR, plan_line_code VARCHAR, budget_year VARCHAR, month DATE, area VARCHAR,
  unit_type VARCHAR, activity_type VARCHAR, tier VARCHAR, phase VARCHAR, quantity_unit VARCHAR,
  original DOUBLE, quantity DOUBLE, done BIGINT, plan_version INTEGER, approved_on DATE,
  change_reason VARCHAR
);

-- Up to the as-of day. The original quantity is null where no version 1 was delivered, and counts in
-- the unit of the current one only
INSERT INTO mart.plan_change
SELECT $mission, plan_line_code, budget_year, "month", area_code, unit_type, activity_type,
  coalesce(tier, '_U'), coalesce(phase, '_U'), quantity_unit, CAST(original AS DOUBLE),
  CAST(planned_quantity AS DOUBLE), done, plan_version, approved_on, change_reason
FROM plan_line WHERE plan_version > 1 AND "month" <= as_of_day()
ORDER BY ALL;
