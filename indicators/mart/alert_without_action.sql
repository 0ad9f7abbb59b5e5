-- Alerts that needed action and had none by the as-of day, by quarter of receipt; `_U`: overdue and
-- no reason is recorded
CREATE TABLE mart.alert_without_action (
  -- for hq
  mission VARCHAR, quarter VARCHAR, area VARCHAR, reason VARCHAR, alerts BIGINT
);
