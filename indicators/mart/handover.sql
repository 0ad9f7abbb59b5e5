-- Areas that UN police left (definitions 61). `post`, six months later: staffed, not_staffed,
-- not_reported (no row of that month), not_yet (the six months are not over)
CREATE TABLE mart.handover (
  -- for hq
  mission VARCHAR, area VARCHAR,
  -- for the mission alone
  base_name VARCHAR,
  -- for hq
  left_on DATE, six_months_on DATE, post VARCHAR
);

-- Its cases (2023.05 Annex A 20(f)).
-- Where the mission counts P3-OC-11 alone
INSERT INTO mart.handover
SELECT $mission, area_code, base_name, to_on, six_months_on,
  CASE
    WHEN six_months_on > as_of_day() THEN 'not_yet'
    WHEN post_staffed_then THEN 'staffed'
    WHEN post_reported_then THEN 'not_staffed'
    ELSE 'not_reported'
  END
FROM {deployments: area_code, base_name, to_on, police_left, six_months_on, post_reported_then,
  post_staffed_then}
WHERE police_left AND to_on <= as_of_day()
ORDER BY ALL;
