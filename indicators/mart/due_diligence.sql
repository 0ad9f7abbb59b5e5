-- Risk assessments before support to host-State forces (2023.05 §47) by the quarter in which they were
-- completed, in the country and admin 1; overdue: the day of review passed without a follow-up
CREATE TABLE mart.due_diligence (
  -- for hq
  mission VARCHAR, quarter VARCHAR, area VARCHAR, host_state_actor VARCHAR,
  support_type VARCHAR, assessments BIGINT, followed_up BIGINT, overdue BIGINT
);

-- Completed by the as-of day, in the areas above; one without an area holds for the whole country
INSERT INTO mart.due_diligence
WITH shown AS (
  SELECT area_code, area FROM cube.area_ancestor WHERE area_level IN ('country', 'admin1')
),
assessed AS (
  SELECT *, coalesce(area_code, country_area()) AS own_area,
    coalesce(follow_up_on <= as_of_day(), false) AS is_followed_up
  FROM core.hrddp_assessments WHERE completed_on <= as_of_day()
)
SELECT $mission, quarter_name(completed_on), area, host_state_actor, support_type, count(*),
  count(*) FILTER (is_followed_up),
  count(*) FILTER (is_overdue(review_due_on, NULL) AND NOT is_followed_up)
FROM assessed JOIN shown ON shown.area_code = own_area GROUP BY ALL ORDER BY ALL;
