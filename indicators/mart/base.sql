-- Bases and who was there, begun by the as-of day
CREATE TABLE mart.base (
  -- for the mission alone: where bases lie
  mission VARCHAR, base_name VARCHAR, area VARCHAR, latitude DECIMAL(8,5),
  longitude DECIMAL(8,5), component VARCHAR, from_on DATE, to_on DATE,
  personnel_count DECIMAL(12,4)
);
