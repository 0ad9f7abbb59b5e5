-- Lessons of completed reviews, a row a lesson; the threat of a protected kind in its pooled code
CREATE TABLE mart.lesson (
  -- for hq
  mission VARCHAR, area VARCHAR, completed_on DATE, review_kind VARCHAR, subject VARCHAR,
  lesson VARCHAR, tier VARCHAR, phase VARCHAR, threat_type VARCHAR, for_headquarters BOOLEAN
);

-- Of reviews completed by the as-of day, tagged as the reviewers tagged them; no name is in any row
INSERT INTO mart.lesson
SELECT $mission, coalesce(incident.area_code, operation.area_code), completed_on, review_kind,
  CASE WHEN review.incident_code IS NULL THEN 'operation' ELSE 'incident' END, unnest(lessons),
  tier, phase, pooled_threat_type(threat_type), coalesce(for_headquarters, false)
FROM core.after_action_reviews AS review
LEFT JOIN core.incidents AS incident USING (incident_code)
LEFT JOIN core.operations AS operation USING (operation_code)
WHERE completed_on <= as_of_day()
ORDER BY ALL;
