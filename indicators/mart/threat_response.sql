-- Threats assessed in an area or below it, by quarter and tier (`_T`: all, with the lines of the plan
-- that name no tier; alerts stand there alone). `risk`: the highest likelihood × consequences, 1 to
-- 25; `places`: areas and sites with a completed activity against it
CREATE TABLE mart.threat_response (
  -- for hq
  mission VARCHAR, quarter VARCHAR, area VARCHAR, threat_type VARCHAR, tier VARCHAR,
  risk INTEGER, areas_assessed BIGINT, areas_rising BIGINT, planned DOUBLE, done BIGINT,
  places BIGINT, alerts BIGINT, alerts_answered BIGINT
);
