WITH definition AS (
  SELECT indicator, min_by(level, mission) AS level, min_by(short_en, mission) AS short_en,
    min_by(short_fr, mission) AS short_fr, min_by(direction, mission) AS direction
  FROM mart.indicator GROUP BY indicator
)
SELECT line.*, definition.* EXCLUDE (indicator), total.unit_of_measure,
  total.value AS total, total.ci_low AS total_low, total.ci_high AS total_high,
  total.reason AS total_reason, total.disclosure AS total_disclosure
FROM mart.comparison AS line JOIN definition USING (indicator)
LEFT JOIN mart.combined AS total USING (indicator, period)
WHERE line.period = ?
ORDER BY list_position(['impact', 'outcome', 'output'], level), indicator, line.mission
