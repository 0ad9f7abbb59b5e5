-- The plan of a budget year (July to June), months to come included, by unit, own area, month,
-- activity and outcome. `original`: version 1; `done`: what the unit did there, cited or not (person
-- days where these are planned), null of lines that plan persons and of months after the as-of day;
-- `reasons`: of changes, joined by |. Outcome _Z, no quantity: done where nothing was planned
CREATE TABLE mart.work_plan (
  -- for hq
  mission VARCHAR, budget_year VARCHAR, month DATE, area VARCHAR, unit_code VARCHAR,
  unit_type VARCHAR, activity_type VARCHAR, quantity_unit VARCHAR, outcome VARCHAR,
  expected_accomplishment VARCHAR, lines BIGINT, original DOUBLE, quantity DOUBLE, done BIGINT,
  reasons VARCHAR, component VARCHAR
);

-- Budget years begun by the as-of day (2017.12 §68). The original is null where no line of the group
-- was delivered as version 1. What of a kind that the year plans was done where nothing was planned
-- stands in rows without a quantity
INSERT INTO mart.work_plan
WITH beside AS (
  SELECT period AS budget_year, plan_done.*
  FROM plan_done JOIN plan_period USING ("month")
  WHERE plan_line_code IS NULL AND period_type = 'B'
)
SELECT $mission, budget_year, "month", area_code, unit_code, unit_type, activity_type,
  quantity_unit, outcome_code, expected_accomplishment, count(*),
  CAST(sum(original) AS DOUBLE), CAST(sum(planned_quantity) AS DOUBLE), CAST(sum(done) AS BIGINT),
  string_agg(DISTINCT replace(change_reason, '|', '/'), '|' ORDER BY replace(
    change_reason, '|', '/')),
  component
FROM plan_line
WHERE make_date(CAST(left(budget_year, 4) AS INTEGER), 7, 1) <= as_of_day()
GROUP BY ALL
UNION ALL
SELECT $mission, budget_year, "month", area, unit_code, unit_type, activity_type,
  'activity', '_Z', NULL, 0, NULL, NULL, CAST(sum(activities) AS BIGINT), NULL, component
FROM beside LEFT JOIN plan_unit USING (unit_code, "month")
SEMI JOIN plan_line USING (budget_year, activity_type)
GROUP BY ALL
ORDER BY ALL;
