-- Recorded incidents against civilians, a row an incident: for the list of events alone, figures come
-- from the values. No coordinates. Nulls: `warned`: its day is not known, so nobody can say whether an
-- alert came in the 14 days before; `is_near_base`: undecided (definitions 41, 42); counts: not stated,
-- and `injured` of every kind that is pooled with a protected one: nobody injured would tell which it
-- was (disclosure 3)
CREATE TABLE mart.incident (
  -- for the mission alone: one incident can be one person
  mission VARCHAR, incident_code VARCHAR, occurred_on DATE, date_precision VARCHAR, area VARCHAR,
  type VARCHAR, actor VARCHAR, killed BIGINT, injured BIGINT, warned BOOLEAN, is_near_base BOOLEAN,
  verification VARCHAR
);

-- In the finest area that its place allows, as it is counted; kinds pooled as everywhere (disclosure
-- 3). Warned of (definitions 51): where a mission has no alerts at all, that is not known either.
-- Where the mission counts D-IM-02 alone
INSERT INTO mart.incident
WITH own AS (
  SELECT * EXCLUDE (area_code, location_precision)
  FROM {incidents: incident_code, incident_type, against_civilians, occurred_on, date_precision,
    area_code, location_precision, alleged_actor_type, deaths_civilian, injured_civilian,
    is_near_base, verification}
  JOIN cube.area_place AS place USING (area_code, location_precision)
  WHERE against_civilians AND occurred_on <= as_of_day()
),
alert AS (
  SELECT area_code, received_on_local FROM {alerts: merged_into, area_code, received_on_local}
  WHERE merged_into IS NULL
),
warned AS (
  SELECT DISTINCT incident_code
  FROM own JOIN cube.area_ancestor AS up ON up.area_code = own.area
  JOIN alert ON alert.area_code = up.area
    AND alert.received_on_local BETWEEN occurred_on - 14 AND occurred_on - 1
)
SELECT $mission, incident_code, occurred_on, date_precision, area,
  pooled_incident_type(incident_type) AS type, alleged_actor_type, deaths_civilian,
  CASE WHEN type = incident_type THEN injured_civilian END,
  CASE WHEN date_precision = 'day' AND (SELECT count(*) > 0 FROM alert)
    THEN warned.incident_code IS NOT NULL END,
  is_near_base, verification
FROM own LEFT JOIN warned USING (incident_code)
ORDER BY ALL;
