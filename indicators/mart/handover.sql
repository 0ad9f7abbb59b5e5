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
