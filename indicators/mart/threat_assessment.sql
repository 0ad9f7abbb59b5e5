-- `priorities`: joined by |
CREATE TABLE mart.threat_assessment (
  -- for hq
  mission VARCHAR, quarter VARCHAR, area VARCHAR, actor_type VARCHAR, threat_type VARCHAR,
  version INTEGER, written_on DATE, likelihood VARCHAR, impact VARCHAR, vulnerability VARCHAR,
  trend VARCHAR, threat_risk VARCHAR, ability VARCHAR, comparative_advantage VARCHAR,
  negative_consequences VARCHAR, priorities VARCHAR, narrative VARCHAR,
  shared_with_leadership_on DATE, shared_with_hq_on DATE
);
