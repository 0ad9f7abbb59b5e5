-- What is known of an area in the year up to the wave's last interview, as logarithms: places differ
-- by factors. Reports that are missing make a poorer predictor, never another answer.
WITH fact AS (
  SELECT place.area, occurred_on AS held_on, 1 AS incidents, 0 AS displaced, 0 AS patrols
  FROM core.incidents JOIN cube.area_place AS place USING (area_code, location_precision)
  WHERE against_civilians AND date_precision IN ('day', 'week', 'month')
  UNION ALL
  SELECT origin_area_code, displaced_on, 0, persons, 0 FROM core.displacement_events
  WHERE cause = 'violence'
  UNION ALL
  SELECT place.area, started_on_local, 0, 0, 1
  FROM core.activities JOIN cube.area_place AS place USING (area_code, location_precision)
  WHERE activity_type = 'patrol' AND status = 'completed'
)
SELECT last_on, up.area, ln(1 + sum(incidents)) AS incidents, ln(1 + sum(displaced)) AS displaced,
  ln(1 + sum(patrols)) AS patrols
FROM fact JOIN cube.area_ancestor AS up ON up.area_code = fact.area
JOIN (SELECT DISTINCT last_on FROM cube.shown_wave) AS wave
  ON held_on BETWEEN last_on - INTERVAL 1 YEAR + INTERVAL 1 DAY AND last_on
GROUP BY ALL
