-- Two rows that may tell of one case (`duplicates` of a contract), and what a person decided:
-- undecided, separate, duplicate (the row `left_out` counts no more). Both count while undecided.
-- `differs`: JSON list of columns. Of a pair that no rule finds any more the decision is told alone.
CREATE TABLE mart.duplicate_candidate (
  -- for the mission alone: single rows of two sources
  mission VARCHAR, source VARCHAR, rule VARCHAR, key_a VARCHAR, key_b VARCHAR, area VARCHAR,
  on_a VARCHAR, on_b VARCHAR, score DOUBLE, differs VARCHAR, file_a VARCHAR, row_a BIGINT,
  file_b VARCHAR, row_b BIGINT, decision VARCHAR, left_out VARCHAR
);
