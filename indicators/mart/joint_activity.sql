-- Completed activities with another component; one with two stands with both
CREATE TABLE mart.joint_activity (
  -- for hq
  mission VARCHAR, month DATE, area VARCHAR, partner_component VARCHAR, tier VARCHAR,
  done BIGINT
);
