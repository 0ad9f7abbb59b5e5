-- The same by what was decided: protected
CREATE TABLE mart.due_diligence_finding (
  -- for the mission alone: who was found unfit
  mission VARCHAR, quarter VARCHAR, area VARCHAR, decision VARCHAR, assessments BIGINT,
  followed_up BIGINT, overdue BIGINT
);
