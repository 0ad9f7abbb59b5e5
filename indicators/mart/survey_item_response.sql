-- Answers to each item of a wave by what became of the question, of the whole mission
CREATE TABLE mart.survey_item_response (
  -- for hq
  mission VARCHAR, survey_code VARCHAR, wave VARCHAR, instrument VARCHAR, item VARCHAR,
  -- The parts add up to the interviewed
  interviewed BIGINT, valid BIGINT, dont_know BIGINT, refused BIGINT, not_asked BIGINT,
  missing BIGINT
);
