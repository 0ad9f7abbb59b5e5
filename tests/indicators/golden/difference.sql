-- difference: X-IM-02, Gap between women and men in feeling protected
CREATE OR REPLACE TABLE cube.survey_respondents AS
WITH rows_of_core AS (
  SELECT * FROM core.survey_respondents
)
SELECT * FROM rows_of_core;

WITH answered AS (
  SELECT survey_code, wave, respondent_key,
    max(answer) FILTER (WHERE item = 'safety_overall') AS safety_overall
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
  CASE WHEN safety_overall NOT IN ('dont_know', 'refused', 'not_asked') THEN safety_overall IN ('good', 'very_good') END AS is_favourable
FROM design LEFT JOIN answered USING (survey_code, wave, respondent_key)
