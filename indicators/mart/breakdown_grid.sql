-- Where the copy holds parts; `absent`: what a part means there that has no row (`breakdowns.py`)
CREATE TABLE mart.breakdown_grid (
  -- for hq, partner, public
  mission VARCHAR, indicator VARCHAR, indicator_version INTEGER, dimension VARCHAR,
  area_level VARCHAR, period_type VARCHAR, absent VARCHAR
);
