-- Incidents of physical violence against civilians dated to the day (definitions 51); the last:
-- warned of, and nobody had acted on a warning by the day before
CREATE TABLE mart.early_warning (
  -- for hq
  mission VARCHAR, quarter VARCHAR, area VARCHAR, incidents BIGINT, warned BIGINT,
  without_warning BIGINT, not_answered BIGINT
);

-- An incident counts in its own area and in those above it. Without warning: no alert in the 14 days
-- before. Not answered: an alert that needed action stood in these days, and on none of them had
-- anyone acted by the day before the incident.
-- Where the mission counts P2-OC-10 alone
INSERT INTO mart.early_warning
WITH incident AS (
  SELECT incident_code, occurred_on, alert_before, place.area
  FROM {incidents: incident_code, incident_type, against_civilians, date_precision, area_code,
    location_precision, occurred_on, alert_before}
  JOIN cube.area_place AS place USING (area_code, location_precision)
  WHERE against_civilians AND date_precision = 'day' AND occurred_on <= as_of_day()
    AND incident_type IN ('killing', 'injury', 'sexual_violence', 'abduction')
),
not_answered AS (
  SELECT incident_code
  FROM incident JOIN cube.area_ancestor AS up ON up.area_code = incident.area
  JOIN {alerts: merged_into, action_needed, area_code, received_on_local, first_action_on_local}
    AS alert
    ON alert.area_code = up.area
    AND alert.received_on_local BETWEEN occurred_on - 14 AND occurred_on - 1
  WHERE merged_into IS NULL AND action_needed
  GROUP BY incident_code
  HAVING NOT bool_or(coalesce(first_action_on_local < occurred_on, false))
)
SELECT $mission, quarter_name(occurred_on) AS quarter, up.area, count(*),
  count(*) FILTER (alert_before), count(*) FILTER (NOT alert_before),
  count(not_answered.incident_code)
FROM incident LEFT JOIN not_answered USING (incident_code)
JOIN cube.area_ancestor AS up ON up.area_code = incident.area
GROUP BY ALL ORDER BY ALL;
