-- The figures that an approved assessment rests on, as they were released then. `use`: computed
-- (that of the outcome itself), cited. `words`: value and interval
CREATE TABLE mart.assessment_figure (
  -- for hq
  mission VARCHAR, indicator VARCHAR, area VARCHAR, period VARCHAR, use VARCHAR,
  position INTEGER, cited_release VARCHAR, cited_indicator VARCHAR, cited_period VARCHAR,
  cited_area VARCHAR, value DOUBLE, rating VARCHAR, words_en VARCHAR, words_fr VARCHAR
);
