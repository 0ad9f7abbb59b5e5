-- Why what was done differs from what was planned. `due`, `done`: of the release of `as_of`
CREATE TABLE mart.variance_reason (
  -- for hq
  mission VARCHAR, budget_year VARCHAR, area VARCHAR, outcome VARCHAR, activity_type VARCHAR,
  quantity_unit VARCHAR, version INTEGER, written_on DATE, due DOUBLE, done DOUBLE, as_of DATE,
  reason VARCHAR
);
