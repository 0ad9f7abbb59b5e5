-- Hot spots of the as-of day; visits: completed patrols that cite one, since it was listed
CREATE TABLE mart.hot_spot (
  -- for hq
  mission VARCHAR, hot_spot_code VARCHAR, area VARCHAR, threat_type VARCHAR, priority VARCHAR,
  valid_from DATE, visits BIGINT, last_visit_on DATE
);

INSERT INTO mart.hot_spot
WITH visit AS (
  SELECT hot_spot_code AS cited_code, started_on_local AS visited_on
  FROM {activities: hot_spot_code, activity_type, status, started_on_local}
  WHERE activity_type = 'patrol' AND status = 'completed' AND hot_spot_code IS NOT NULL
    AND started_on_local <= as_of_day()
)
SELECT $mission, hot_spot_code, area_code, pooled_threat_type(threat_type) AS threat, priority,
  valid_from, count(visited_on), max(visited_on)
FROM core.hot_spots LEFT JOIN visit ON cited_code = hot_spot_code AND visited_on >= valid_from
WHERE valid_from <= as_of_day() AND coalesce(valid_to >= as_of_day(), true)
GROUP BY ALL ORDER BY ALL;
