-- The mission itself and the as-of day
CREATE TABLE mart.mission (
  -- for hq, partner, public
  mission VARCHAR, name_en VARCHAR, name_fr VARCHAR, country_area VARCHAR, time_zone VARCHAR,
  is_fictional BOOLEAN, boundaries_en VARCHAR, boundaries_fr VARCHAR,
  -- JSON list of sentences
  notes_en VARCHAR, notes_fr VARCHAR, as_of DATE
);
