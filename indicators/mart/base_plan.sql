-- Each base that stands, by kind of contingency plan; nulls: never reviewed, never exercised
CREATE TABLE mart.base_plan (
  -- for hq
  mission VARCHAR, base_name VARCHAR, area VARCHAR, plan_kind VARCHAR, reviewed_on DATE,
  review_counts_until DATE, exercised_on DATE, is_current BOOLEAN, is_exercised BOOLEAN,
  -- Not reviewed, or not exercised, within the time that counts
  is_overdue BOOLEAN
);

-- Bases of the as-of day with the plans as they were last reported by then
INSERT INTO mart.base_plan
WITH standing AS (
  SELECT base_code, arg_max(base_name, from_on) AS base_name, arg_max(area_code, from_on) AS area
  FROM core.deployments
  WHERE from_on <= as_of_day() AND coalesce(to_on >= as_of_day(), true)
  GROUP BY base_code
),
newest AS (
  SELECT base_code, plan_kind, max(reviewed_on) AS reviewed_on,
    arg_max(review_counts_until, reviewed_on) AS review_counts_until,
    max(exercised_on) FILTER (exercised_on <= as_of_day()) AS exercised_on
  FROM {preparedness}
  WHERE reviewed_on <= as_of_day() GROUP BY ALL
)
SELECT $mission, base_name, area, plan_kind, reviewed_on, review_counts_until, exercised_on,
  coalesce(review_counts_until >= as_of_day(), false) AS is_current,
  coalesce(months_after(exercised_on, 12) >= as_of_day(), false) AS is_exercised,
  NOT (is_current AND is_exercised)
FROM standing CROSS JOIN (SELECT unnest($plan_kinds) AS plan_kind)
LEFT JOIN newest USING (base_code, plan_kind)
WHERE EXISTS (FROM core.preparedness)
ORDER BY ALL;
