-- Threats assessed in an area or below it, by quarter and tier (`_T`: all, with the lines of the plan
-- that name no tier; alerts stand there alone). `risk`: the highest likelihood × consequences, 1 to
-- 25; `places`: areas and sites with a completed activity against it
CREATE TABLE mart.threat_response (
  -- for hq
  mission VARCHAR, quarter VARCHAR, area VARCHAR, threat_type VARCHAR, tier VARCHAR,
  risk INTEGER, areas_assessed BIGINT, areas_rising BIGINT, planned DOUBLE, done BIGINT,
  places BIGINT, alerts BIGINT, alerts_answered BIGINT
);

-- Threats of the quarterly assessment (2023.05 §76-77), protected kinds in their pooled code. Done:
-- completed activities that name the threat. Planned: of the newest version of lines that name it.
-- Answered: alerts that needed action, with a first action by the as-of day; they have no tier.
-- Counts are zero where nothing was reported.
INSERT INTO mart.threat_response
WITH assessed AS (
  SELECT quarter, up.area, pooled_threat_type(threat_type) AS threat,
    max(CAST(likelihood AS INTEGER) * CAST(impact AS INTEGER)) AS risk,
    count(DISTINCT own.area_code) AS areas_assessed,
    count(DISTINCT own.area_code) FILTER (trend = 'rising') AS areas_rising
  FROM core.threat_assessments AS own JOIN cube.area_ancestor AS up USING (area_code)
  WHERE quarter <= quarter_name(as_of_day()) GROUP BY ALL
),
activity AS (
  SELECT quarter_name(started_on_local) AS quarter, place.area AS own_area, tier,
    pooled_threat_type(threat_type) AS threat, count(*) AS done
  FROM {activities: threat_type, status, tier, area_code, location_precision, started_on_local}
  JOIN cube.area_place AS place USING (area_code, location_precision)
  WHERE status = 'completed' AND threat_type IS NOT NULL AND started_on_local <= as_of_day()
  GROUP BY ALL
),
done AS (
  SELECT quarter, up.area, threat, coalesce(tier, '_T') AS tier,
    CAST(sum(done) AS BIGINT) AS done, count(DISTINCT own_area) AS places
  FROM activity JOIN cube.area_ancestor AS up ON up.area_code = own_area
  GROUP BY GROUPING SETS ((quarter, up.area, threat, tier), (quarter, up.area, threat))
),
line AS (
  SELECT quarter_name("month") AS quarter, area_code, coalesce(tier, '_U') AS tier,
    pooled_threat_type(threat_type) AS threat, planned_quantity
  FROM (
    SELECT * FROM core.activity_plan
    QUALIFY row_number() OVER (PARTITION BY plan_line_code ORDER BY plan_version DESC) = 1
  )
  WHERE quantity_unit = 'activity' AND threat_type IS NOT NULL
),
planned AS (
  SELECT quarter, up.area, threat, coalesce(tier, '_T') AS tier,
    CAST(sum(planned_quantity) AS DOUBLE) AS planned
  FROM line JOIN cube.area_ancestor AS up USING (area_code)
  GROUP BY GROUPING SETS ((quarter, up.area, threat, tier), (quarter, up.area, threat))
),
alert AS (
  SELECT quarter_name(received_on_local) AS quarter, up.area,
    pooled_threat_type(threat_type) AS threat, '_T' AS tier, count(*) AS alerts,
    count(*) FILTER (local_date(first_action_at) <= as_of_day()) AS alerts_answered
  FROM {alerts: merged_into, action_needed, threat_type, area_code, received_on_local,
    first_action_at}
  JOIN cube.area_ancestor AS up USING (area_code)
  WHERE merged_into IS NULL AND action_needed AND received_on_local <= as_of_day()
  GROUP BY ALL
)
SELECT $mission, quarter, area, threat, tier, risk, areas_assessed, areas_rising, planned,
  coalesce(done, 0), coalesce(places, 0),
  CASE tier WHEN '_T' THEN coalesce(alerts, 0) END,
  CASE tier WHEN '_T' THEN coalesce(alerts_answered, 0) END
FROM assessed CROSS JOIN (SELECT unnest(['I', 'II', 'III', '_T']) AS tier)
LEFT JOIN done USING (quarter, area, threat, tier)
LEFT JOIN planned USING (quarter, area, threat, tier)
LEFT JOIN alert USING (quarter, area, threat, tier)
ORDER BY ALL;
