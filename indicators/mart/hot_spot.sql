-- Hot spots of the as-of day; visits: completed patrols that cite one, since it was listed
CREATE TABLE mart.hot_spot (
  -- for hq
  mission VARCHAR, hot_spot_code VARCHAR, area VARCHAR, threat_type VARCHAR, priority VARCHAR,
  valid_from DATE, visits BIGINT, last_visit_on DATE
);
