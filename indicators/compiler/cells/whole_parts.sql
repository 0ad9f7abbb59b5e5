SELECT DISTINCT ? AS mission, split_part(indicator, '@', 1) AS indicator, indicator_version,
  dimension, area_level, period_type, absent
FROM cube.breakdown
JOIN cube.rule AS rule USING (indicator)
JOIN cube.grid USING (parts)
JOIN cube.area ON area.area_code = grid.area
SEMI JOIN cube.period USING (period_type)
WHERE list_contains(rule.periods, period_type)
  AND (rule.has_places OR area.area_code = country_area())
ORDER BY ALL
