-- Rejected rows by what their own text says of time and place; null where it cannot be read.
-- `indicator`: those that would have counted in it, by its own date; null: all of the source.
CREATE TABLE mart.reject_place (
  -- for the mission alone: the work on rejected rows
  mission VARCHAR, source VARCHAR, indicator VARCHAR, month DATE, area VARCHAR, rows BIGINT
);
