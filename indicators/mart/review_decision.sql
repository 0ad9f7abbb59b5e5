-- What a person decided of an incident. `case_number`: its row of review_candidate; null where the
-- release has none
CREATE TABLE mart.review_decision (
  -- for hq
  mission VARCHAR,
  -- for the mission alone
  incident_code VARCHAR,
  -- for hq
  case_number BIGINT, area VARCHAR, version INTEGER, decided_on DATE, rule VARCHAR,
  reviewed VARCHAR, should_have_known VARCHAR, role VARCHAR, reason VARCHAR
);
