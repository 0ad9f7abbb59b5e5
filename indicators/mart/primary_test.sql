-- The question asked of each edge, one row an edge. `asked_by`: framework, kind_of_outcome.
-- `fallback_reason`: why another method than the one asked first speaks for the edge. `grade`: null
-- of `small_at_most`, which is an answer.
CREATE TABLE mart.primary_test (
  -- for hq
  mission VARCHAR, edge VARCHAR, asked_by VARCHAR, named_on DATE, asked_method VARCHAR,
  asked_window VARCHAR, asked_outcome VARCHAR, method VARCHAR, specification VARCHAR,
  fallback_reason VARCHAR, grade VARCHAR, is_answered BOOLEAN
);
