-- Words of the mission’s staff beside a finding; no result
CREATE TABLE mart.field_judgement (
  -- for hq
  mission VARCHAR, edge VARCHAR, area VARCHAR, given_on DATE, role VARCHAR, stance VARCHAR,
  text_en VARCHAR, text_fr VARCHAR, for_headquarters BOOLEAN
);
