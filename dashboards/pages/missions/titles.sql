WITH title AS (
  SELECT indicator, min_by(short_en, mission) AS en, min_by(short_fr, mission) AS fr
  FROM mart.indicator GROUP BY indicator
)
SELECT link.*, output.en AS from_en, output.fr AS from_fr, outcome.en AS to_en,
  outcome.fr AS to_fr
FROM mart.pooled_link AS link
JOIN title AS output ON output.indicator = from_indicator
JOIN title AS outcome ON outcome.indicator = to_indicator
ORDER BY from_indicator, to_indicator, method, specification
