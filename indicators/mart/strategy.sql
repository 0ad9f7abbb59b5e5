-- The mission's strategy for the protection of civilians; no row without one
CREATE TABLE mart.strategy (
  -- for hq
  mission VARCHAR, title_en VARCHAR, title_fr VARCHAR, version INTEGER, approved_on DATE,
  approved_by_en VARCHAR, approved_by_fr VARCHAR, review_due_on DATE, change_en VARCHAR,
  change_fr VARCHAR, days_overdue INTEGER
);
