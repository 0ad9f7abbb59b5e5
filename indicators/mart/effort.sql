-- Completed activities, and lines of the plan with the activities that cite them. Tier and phase
-- `_U`: the line names none. Nulls: no activity, or no line
CREATE TABLE mart.effort (
  -- for hq
  mission VARCHAR, month DATE, area VARCHAR, unit_type VARCHAR, tier VARCHAR, phase VARCHAR,
  done BIGINT, lines_planned BIGINT, lines_done BIGINT, planned DOUBLE, planned_done BIGINT,
  -- Of the same lines what the original plan had, where their current version stands
  planned_original DOUBLE
);
