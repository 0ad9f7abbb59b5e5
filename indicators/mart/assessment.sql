-- What people concluded and approved (`records/`), in the version that was approved last when the
-- release was published; functions, never a name. `participants`: roles, joined by |
CREATE TABLE mart.assessment (
  -- for hq
  mission VARCHAR, indicator VARCHAR, area VARCHAR, period VARCHAR, version INTEGER,
  approved_on DATE, rating VARCHAR, computed_rating VARCHAR, reason VARCHAR, narrative VARCHAR,
  participants VARCHAR
);
