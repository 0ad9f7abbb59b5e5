-- Rejected rows by who sent them: the unit that they name, null of a row that names no known one.
-- `oldest_on`: the earliest day that their own text names, null where none can be read
CREATE TABLE mart.rejected_row (
  -- for the mission alone: single rejected rows
  mission VARCHAR, source VARCHAR, unit_code VARCHAR, file VARCHAR, rows BIGINT, oldest_on DATE
);
