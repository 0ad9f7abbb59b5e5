-- Completed activities with another component; one with two stands with both
CREATE TABLE mart.joint_activity (
  -- for hq
  mission VARCHAR, month DATE, area VARCHAR, partner_component VARCHAR, tier VARCHAR,
  done BIGINT
);

INSERT INTO mart.joint_activity
SELECT $mission, month, up.area, partner_component, tier, CAST(sum(done) AS BIGINT) AS done
FROM (
  SELECT *, unnest(partner_components) AS partner_component FROM changed_activity
)
JOIN cube.area_place AS place USING (area_code, location_precision)
JOIN cube.area_ancestor AS up ON up.area_code = place.area
GROUP BY ALL ORDER BY ALL;
