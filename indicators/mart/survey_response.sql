-- Who was drawn and who answered, by wave, area, sex and age group
CREATE TABLE mart.survey_response (
  -- for hq, partner, public
  mission VARCHAR, survey_code VARCHAR, wave VARCHAR, instrument VARCHAR, first_on DATE,
  last_on DATE, area VARCHAR, sex VARCHAR, age_group VARCHAR, sampled BIGINT, answered BIGINT
);

-- Waves without an interview after the as-of day (definitions 8)
INSERT INTO mart.survey_response
WITH dated AS (
  SELECT survey_code, wave, instrument,
    min(interviewed_on) AS first_on,
    max(interviewed_on) FILTER (WHERE result = 'complete') AS last_on
  FROM core.survey_respondents GROUP BY ALL
  HAVING max(interviewed_on) <= as_of_day()
),
attempts AS (
  SELECT own.*, dated.first_on, dated.last_on, area_ancestor.area,
    result IN ('complete', 'partial') AND consent_given AS is_answered
  FROM core.survey_respondents AS own
  JOIN dated USING (survey_code, wave, instrument)
  JOIN cube.area_version AS span
    ON span.area_code = coalesce(own.site_code, own.area_code)
    AND coalesce(last_on, first_on) >= span.begins
    AND coalesce(last_on, first_on) < span.ends
  JOIN cube.area_ancestor ON area_ancestor.area_code = span.place
  WHERE result <> 'ineligible'
)
SELECT $mission, survey_code, wave, instrument, first_on, last_on, area,
  CASE grouping(sex) WHEN 1 THEN '_T' ELSE sex END,
  CASE grouping(age_group) WHEN 1 THEN '_T' ELSE age_group END,
  count(*), count(*) FILTER (WHERE is_answered)
FROM attempts
GROUP BY GROUPING SETS (
  (survey_code, wave, instrument, first_on, last_on, area),
  (survey_code, wave, instrument, first_on, last_on, area, sex),
  (survey_code, wave, instrument, first_on, last_on, area, age_group)
)
HAVING (grouping(sex) = 1 OR sex IS NOT NULL) AND (grouping(age_group) = 1 OR age_group IS NOT NULL)
ORDER BY ALL;
