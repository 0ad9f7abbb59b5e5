-- Alerts that needed action and had none by the as-of day, by quarter of receipt; `_U`: overdue and
-- no reason is recorded
CREATE TABLE mart.alert_without_action (
  -- for hq
  mission VARCHAR, quarter VARCHAR, area VARCHAR, reason VARCHAR, alerts BIGINT
);

-- 2023.05 Annex A 6(m). An alert counts in its own area and in those above it; one that was merged
-- into another does not count.
-- Where the mission counts P2-OC-02 alone
INSERT INTO mart.alert_without_action
SELECT $mission, quarter_name(received_on_local), up.area, coalesce(no_action_reason, '_U'),
  count(*)
FROM {alerts: merged_into, action_needed, no_action_reason, first_action_at, area_code,
  received_on_local, due_at}
JOIN cube.area_ancestor AS up USING (area_code)
WHERE merged_into IS NULL AND action_needed AND received_on_local <= as_of_day()
  AND coalesce(local_date(first_action_at) > as_of_day(), true)
  AND (no_action_reason IS NOT NULL OR is_overdue(local_date(due_at), NULL))
GROUP BY ALL ORDER BY ALL;
