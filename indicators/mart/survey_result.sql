-- The whole mission only. The number drawn is left out: less those who could have answered, it
-- would give those who were not eligible. Rates: 0 to 1.
CREATE TABLE mart.survey_result (
  -- for hq
  mission VARCHAR, survey_code VARCHAR, wave VARCHAR, instrument VARCHAR, complete BIGINT,
  partial BIGINT, refusal BIGINT, no_contact BIGINT, without_consent BIGINT, ineligible BIGINT,
  response_rate DOUBLE
);
