SELECT stratum, count(*) FILTER (WHERE result <> 'ineligible') AS eligible,
  count(*) FILTER (WHERE result IN ('complete', 'partial') AND consent_given) AS answered
FROM core.survey_respondents
WHERE survey_code = $survey AND wave = $wave AND instrument = $instrument
GROUP BY ALL ORDER BY ALL
