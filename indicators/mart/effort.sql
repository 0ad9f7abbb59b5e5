-- Completed activities, and lines of the plan with the activities that cite them. Tier and phase
-- `_U`: the line names none. Nulls: no activity, or no line
CREATE TABLE mart.effort (
  -- for hq
  mission VARCHAR, month DATE, area VARCHAR, unit_type VARCHAR, tier VARCHAR, phase VARCHAR,
  done BIGINT, lines_planned BIGINT, lines_done BIGINT, planned DOUBLE, planned_done BIGINT,
  -- Of the same lines what the original plan had, where their current version stands
  planned_original DOUBLE
);

-- With the lines planned and done; an activity counts in its own area and in those above it
INSERT INTO mart.effort
WITH done AS (
  SELECT up.area, month, unit_type, tier, phase, CAST(sum(done) AS BIGINT) AS done
  FROM (
    SELECT area_code, location_precision, month, unit_type, tier, phase, sum(done) AS done
    FROM cube.completed_activity GROUP BY ALL
  )
  JOIN cube.area_place AS place USING (area_code, location_precision)
  JOIN cube.area_ancestor AS up ON up.area_code = place.area
  GROUP BY ALL
),
lines AS (
  SELECT up.area, own.month, unit_type, coalesce(tier, '_U') AS tier,
    coalesce(phase, '_U') AS phase, count(*) AS lines_planned,
    count(*) FILTER (done >= planned_quantity) AS lines_done,
    CAST(sum(planned_quantity) FILTER (quantity_unit = 'activity') AS DOUBLE) AS planned,
    sum(done) FILTER (quantity_unit = 'activity') AS planned_done,
    CAST(sum(coalesce(original, 0)) FILTER (quantity_unit = 'activity') AS DOUBLE)
      AS planned_original
  FROM plan_line AS own JOIN cube.area_ancestor AS up USING (area_code)
  WHERE own.month <= as_of_day() GROUP BY ALL
)
SELECT $mission, month, area, unit_type, tier, phase, done, lines_planned, lines_done, planned,
  planned_done, planned_original
FROM done FULL JOIN lines USING (month, area, unit_type, tier, phase)
ORDER BY ALL;
