WITH title AS (
  SELECT indicator, min_by(short_en, mission) AS en, min_by(short_fr, mission) AS fr,
    min_by(unit_of_measure, mission) AS unit
  FROM mart.indicator GROUP BY indicator
)
SELECT link.*, output.en AS from_en, output.fr AS from_fr, outcome.en AS to_en,
  outcome.fr AS to_fr, outcome.unit
FROM mart.pooled_link AS link
JOIN title AS output ON output.indicator = from_indicator
JOIN title AS outcome ON outcome.indicator = to_indicator
ORDER BY from_indicator, to_indicator, method, specification
