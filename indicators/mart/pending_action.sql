-- `kind`: alert_response (type: of threat), after_action_review (type: of incident)
CREATE TABLE mart.pending_action (
  -- for hq
  mission VARCHAR, kind VARCHAR, area VARCHAR, type VARCHAR, level VARCHAR, since TIMESTAMP,
  due_at TIMESTAMP, is_overdue BOOLEAN
);
