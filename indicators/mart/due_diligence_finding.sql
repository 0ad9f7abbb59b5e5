-- The same by what was decided: protected
CREATE TABLE mart.due_diligence_finding (
  -- for the mission alone: who was found unfit
  mission VARCHAR, quarter VARCHAR, area VARCHAR, decision VARCHAR, assessments BIGINT,
  followed_up BIGINT, overdue BIGINT
);

INSERT INTO mart.due_diligence_finding
WITH shown AS (
  SELECT area_code, area FROM cube.area_ancestor WHERE area_level IN ('country', 'admin1')
),
assessed AS (
  SELECT *, coalesce(area_code, country_area()) AS own_area,
    coalesce(follow_up_on <= as_of_day(), false) AS is_followed_up
  FROM core.hrddp_assessments WHERE completed_on <= as_of_day()
)
SELECT $mission, quarter_name(completed_on), area, coalesce(decision, '_U'), count(*),
  count(*) FILTER (is_followed_up),
  count(*) FILTER (is_overdue(review_due_on, NULL) AND NOT is_followed_up)
FROM assessed JOIN shown ON shown.area_code = own_area GROUP BY ALL ORDER BY ALL;
