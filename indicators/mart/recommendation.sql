-- What follows from an approved assessment (`assessment`: its indicator, area and quarter) or from
-- a decided review (`incident_code`), as it stood when the release was published
CREATE TABLE mart.recommendation (
  -- for hq
  mission VARCHAR, recommendation_code VARCHAR, version INTEGER, made_on DATE, changed_on DATE,
  source_kind VARCHAR, assessment VARCHAR,
  -- for the mission alone
  incident_code VARCHAR,
  -- for hq
  area VARCHAR, text VARCHAR, owner VARCHAR, due_on DATE, status VARCHAR, note VARCHAR
);
