-- Rules that rows or tables break, a row a rule, with what releases before counted. `kind`:
-- rejected, flagged (rows), check (of a whole table). `state`: new, open, resolved. Days are as-of
-- days of releases; `counts`: JSON list of [as-of day, rows], oldest first
CREATE TABLE mart.violation (
  -- for the mission alone: the work on faults
  mission VARCHAR, source VARCHAR, kind VARCHAR, rule VARCHAR, title_en VARCHAR,
  title_fr VARCHAR, rows BIGINT, rows_before BIGINT, first_seen DATE, last_seen DATE,
  state VARCHAR, counts VARCHAR
);
