-- What was planned by the as-of day of each output that a line of the plan can tell, of which
-- component (_T: of several). Done is the indicator's value; `unplanned`: how much of it fell where
-- nothing was planned
CREATE TABLE mart.output_plan (
  -- for hq
  mission VARCHAR, indicator VARCHAR, period VARCHAR, quantity DOUBLE, period_type VARCHAR,
  area VARCHAR, original DOUBLE, unplanned BIGINT, component VARCHAR
);
