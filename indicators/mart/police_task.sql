-- Completed activities of UN police. `partner_component`: `_T` counts each once, with or without a
-- partner; one with two partners stands with both
CREATE TABLE mart.police_task (
  -- for hq
  mission VARCHAR, month DATE, area VARCHAR, unit_type VARCHAR, activity_type VARCHAR,
  phase VARCHAR, partner_component VARCHAR, done BIGINT
);
