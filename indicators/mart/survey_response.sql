-- Who was drawn and who answered, by wave, area, sex and age group
CREATE TABLE mart.survey_response (
  -- for hq, partner, public
  mission VARCHAR, survey_code VARCHAR, wave VARCHAR, instrument VARCHAR, first_on DATE,
  last_on DATE, area VARCHAR, sex VARCHAR, age_group VARCHAR, sampled BIGINT, answered BIGINT
);
