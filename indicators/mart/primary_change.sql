-- Edges graded by another test than in the release before; null where one side did not ask
CREATE TABLE mart.primary_change (
  -- for hq
  mission VARCHAR, edge VARCHAR, release_before VARCHAR, named_on DATE, method_before VARCHAR,
  method_after VARCHAR, window_before VARCHAR, window_after VARCHAR, outcome_before VARCHAR,
  outcome_after VARCHAR, sentence_en VARCHAR, sentence_fr VARCHAR
);
