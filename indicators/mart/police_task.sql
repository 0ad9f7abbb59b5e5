-- Completed activities of UN police. `partner_component`: `_T` counts each once, with or without a
-- partner; one with two partners stands with both
CREATE TABLE mart.police_task (
  -- for hq
  mission VARCHAR, month DATE, area VARCHAR, unit_type VARCHAR, activity_type VARCHAR,
  phase VARCHAR, partner_component VARCHAR, done BIGINT
);

-- Source of the matrices: STM 9.1 and 9.2; partners: 2017.12 §58–65
INSERT INTO mart.police_task
SELECT $mission, month, up.area, unit_type, activity_type, phase, partner_component,
  CAST(sum(done) AS BIGINT) AS done
FROM (
  SELECT *, unnest(list_distinct(coalesce(partner_components, [])) || ['_T']) AS partner_component
  FROM changed_activity WHERE unit_type IN ('IPO', 'FPU', 'SPT', 'PSU')
)
JOIN cube.area_place AS place USING (area_code, location_precision)
JOIN cube.area_ancestor AS up ON up.area_code = place.area
GROUP BY ALL ORDER BY ALL;
