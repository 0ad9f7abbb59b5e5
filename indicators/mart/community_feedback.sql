-- What residents said, counted by one dimension at a time: theme, sentiment. `said` null with
-- `disclosure` below_8 where the copy displays persons
CREATE TABLE mart.community_feedback (
  -- for hq
  mission VARCHAR, quarter VARCHAR, area VARCHAR, breakdown VARCHAR, breakdown_value VARCHAR,
  said BIGINT, disclosure VARCHAR
);

-- Feedback is of persons: in its own area and those above it; a thing without a tone counts as _U
INSERT INTO mart.community_feedback
WITH coded AS (
  SELECT area_code, heard_on, 'theme' AS breakdown, theme AS code FROM core.community_feedback
  UNION ALL
  SELECT area_code, heard_on, 'sentiment', sentiment FROM core.community_feedback
)
SELECT $mission, quarter_name(heard_on), up.area, breakdown, coalesce(code, '_U'), count(*), 'exact'
FROM coded JOIN cube.area_ancestor AS up USING (area_code)
WHERE heard_on <= as_of_day()
GROUP BY ALL ORDER BY breakdown DESC, 2, 3, 5;
