-- proportion: P2-OC-05, Adults who feel safe walking alone at night in their area
CREATE OR REPLACE TABLE cube.survey_respondents AS
WITH rows_of_core AS (
  SELECT * FROM core.survey_respondents
)
SELECT * FROM rows_of_core;

WITH answered AS (
  SELECT survey_code, wave, respondent_key,
    max(answer) FILTER (WHERE item = 'safe_walking_night') AS safe_walking_night
  FROM core.survey_answers
  GROUP BY survey_code, wave, respondent_key
),
design AS (
  SELECT * FROM cube.survey_respondents
  WHERE instrument = 'household'
    AND consent_given AND result IN ('complete', 'partial')
)
SELECT design.*,
  coalesce(is_adult, false) AS is_in_domain,
  CASE WHEN safe_walking_night NOT IN ('dont_know', 'refused', 'not_asked') THEN safe_walking_night IN ('safe', 'very_safe') END AS is_favourable
FROM design LEFT JOIN answered USING (survey_code, wave, respondent_key)
