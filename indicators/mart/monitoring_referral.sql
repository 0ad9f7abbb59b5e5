-- Information passed on to the arrangements on sexual violence (mara) and to the mechanism on grave
-- violations against children (mrm), by quarter, in the country and admin 1: protected. Days from
-- observation to referral
CREATE TABLE mart.monitoring_referral (
  -- for the mission alone: what was passed on, protected
  mission VARCHAR, quarter VARCHAR, area VARCHAR, mechanism VARCHAR, referrals BIGINT,
  with_days BIGINT, median_days DOUBLE, within_1_day BIGINT, over_7_days BIGINT
);

INSERT INTO mart.monitoring_referral
SELECT $mission, quarter_name(referred_on), area, referral_kind, count(*), count(days),
  CAST(median(days) AS DOUBLE), count(*) FILTER (days <= 1), count(*) FILTER (days > 7)
FROM (
  SELECT referred_on, area_code, referral_kind,
    CASE WHEN referred_on >= observed_on THEN referred_on - observed_on END AS days
  FROM core.referrals
  WHERE referral_kind IN ('mara', 'mrm') AND referred_on <= as_of_day()
)
JOIN cube.area_ancestor USING (area_code) WHERE area_level IN ('country', 'admin1')
GROUP BY ALL ORDER BY ALL;
