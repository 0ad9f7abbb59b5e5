-- difference: X-IM-02, Gap between men and women who rate their safety as good
CREATE OR REPLACE TEMP MACRO as_of_day() AS DATE '2026-09-30';
CREATE OR REPLACE TEMP MACRO country_area() AS 'COUNTRY';
WITH period AS (
  SELECT 'Q' AS period_type, '2026-Q3' AS period,
    DATE '2026-07-01' AS period_start, DATE '2026-09-30' AS period_end,
    DATE '2026-08-16' AS period_middle
),
shown_wave AS (
  WITH waves AS (
    SELECT survey_code, wave, instrument,
      max(interviewed_on) FILTER (WHERE result = 'complete') AS last_on
    FROM core.survey_respondents
    WHERE instrument = 'household'
    GROUP BY ALL
    HAVING max(interviewed_on) <= as_of_day() AND last_on IS NOT NULL
  ),
  asked AS (
    SELECT survey_code, wave, instrument
    FROM core.survey_answers
    JOIN core.survey_respondents USING (survey_code, wave, respondent_key)
    WHERE item IN ('safety_overall') AND answer <> 'not_asked'
    GROUP BY ALL
    HAVING count(DISTINCT item) = 1
  )
  SELECT period_type, period, survey_code, wave, instrument, last_on
  FROM waves
  JOIN asked USING (survey_code, wave, instrument)
  JOIN period ON last_on BETWEEN period_start AND period_end
  WHERE period_type IN ('M', 'Q', 'S', 'A', 'B')
  QUALIFY row_number() OVER (
    PARTITION BY period_type, period ORDER BY last_on DESC, survey_code, wave) = 1
),
answered AS (
  SELECT respondent_key,
    max(answer) FILTER (WHERE item = 'safety_overall') AS safety_overall
  FROM core.survey_answers JOIN shown_wave USING (survey_code, wave)
  GROUP BY respondent_key
),
in_area AS (
  SELECT area_code FROM core.areas WHERE valid_from <= as_of_day()
  UNION
  SELECT country_area()
),
respondents AS (
  SELECT CAST(own.weight_person AS DOUBLE) AS weight, own.sex AS side,
    CASE WHEN safety_overall NOT IN ('dont_know', 'refused', 'not_asked')
      THEN CASE WHEN safety_overall IN ('good', 'very_good')
        THEN 1 ELSE 0 END
    END AS outcome
  FROM core.survey_respondents AS own
  JOIN shown_wave USING (survey_code, wave, instrument)
  LEFT JOIN answered USING (respondent_key)
  WHERE consent_given AND result IN ('complete', 'partial')
    AND coalesce(is_adult, false)
    AND own.area_code IN (SELECT area_code FROM in_area)
),
valid AS (
  SELECT * FROM respondents WHERE outcome IS NOT NULL AND weight IS NOT NULL
)
SELECT
  100 * (sum(weight * outcome) FILTER (WHERE side = 'M') / sum(weight) FILTER (WHERE side = 'M')
    - sum(weight * outcome) FILTER (WHERE side = 'F') / sum(weight) FILTER (WHERE side = 'F')) AS value,
  NULL AS numerator,
  NULL AS denominator,
  count(*) AS n
FROM valid
WHERE side IN ('M', 'F')
