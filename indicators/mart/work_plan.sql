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
