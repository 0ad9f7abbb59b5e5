SELECT item, coalesce(expected_accomplishment_en, item.title_en) AS accomplishment_en,
  coalesce(expected_accomplishment_fr, item.title_fr) AS accomplishment_fr,
  indicator, known.title_en, known.title_fr, unit_of_measure, target,
  confidentiality
FROM mart.framework_item AS item
JOIN (
  FROM mart.indicator QUALIFY version = max(version) OVER (PARTITION BY indicator)
) AS known USING (mission, indicator)
WHERE kind = 'outcome' ORDER BY position
