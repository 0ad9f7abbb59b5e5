-- Every return that was due by the as-of day, and whether it came
CREATE TABLE mart.return_status (
  -- for hq, partner, public
  mission VARCHAR, source VARCHAR,
  -- for the mission alone
  unit_code VARCHAR, unit_name VARCHAR,
  -- for hq, partner, public
  area VARCHAR, month DATE, status VARCHAR, received_on DATE, due_on DATE
);
