-- `kind`: alert_response (type: of threat), after_action_review (type: of incident)
CREATE TABLE mart.pending_action (
  -- for hq
  mission VARCHAR, kind VARCHAR, area VARCHAR, type VARCHAR, level VARCHAR, since TIMESTAMP,
  due_at TIMESTAMP, is_overdue BOOLEAN
);

-- What was pending at the end of the as-of day, single cases; who reported one is in no column.
-- Times are UTC. Alerts where the mission counts P2-OC-02; reviews that the rule asks for
INSERT INTO mart.pending_action
SELECT $mission, 'alert_response', area_code, pooled_threat_type(threat_type), level, received_at,
  due_at, is_overdue(local_date(due_at), NULL)
FROM {alerts: merged_into, action_needed, no_action_reason, first_action_at, closed_at, threat_type,
  level, area_code, received_at, received_on_local, due_at}
WHERE merged_into IS NULL AND action_needed AND no_action_reason IS NULL
  AND received_on_local <= as_of_day()
  AND coalesce(local_date(first_action_at) > as_of_day(), true)
  AND coalesce(local_date(closed_at) > as_of_day(), true) AND is_counted('P2-OC-02')
UNION ALL
SELECT $mission, 'after_action_review', area, type, NULL, occurred_on, review_due_on, is_overdue
FROM mart.review_candidate WHERE rule = 'required' AND reviewed_on IS NULL
ORDER BY ALL;
