-- Information passed on to the arrangements on sexual violence (mara) and to the mechanism on grave
-- violations against children (mrm), by quarter, in the country and admin 1: protected. Days from
-- observation to referral
CREATE TABLE mart.monitoring_referral (
  -- for the mission alone: what was passed on, protected
  mission VARCHAR, quarter VARCHAR, area VARCHAR, mechanism VARCHAR, referrals BIGINT,
  with_days BIGINT, median_days DOUBLE, within_1_day BIGINT, over_7_days BIGINT
);
