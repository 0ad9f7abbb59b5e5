-- Bases and who was there, begun by the as-of day
CREATE TABLE mart.base (
  -- for the mission alone: where bases lie
  mission VARCHAR, base_name VARCHAR, area VARCHAR, latitude DECIMAL(8,5),
  longitude DECIMAL(8,5), component VARCHAR, from_on DATE, to_on DATE,
  personnel_count DECIMAL(12,4)
);

INSERT INTO mart.base
SELECT $mission, base_name, area_code, latitude, longitude, component, from_on, to_on,
  personnel_count
FROM core.deployments
WHERE from_on <= as_of_day()
ORDER BY ALL;
