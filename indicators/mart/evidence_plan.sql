-- What an edge’s primary test would see, step by step: today, months_ahead, year, what it lacks
-- (`purpose`: test, target), what the mission could add (returns, day_dates, survey_item), and
-- area_alone: so many months of one area; without a size where no change would be seen
CREATE TABLE mart.evidence_plan (
  -- for hq
  mission VARCHAR, edge VARCHAR, area VARCHAR, position INTEGER, method VARCHAR,
  specification VARCHAR, step VARCHAR, purpose VARCHAR, quantity BIGINT, months INTEGER,
  smallest_change DOUBLE, change_unit VARCHAR, sentence_en VARCHAR, sentence_fr VARCHAR
);
