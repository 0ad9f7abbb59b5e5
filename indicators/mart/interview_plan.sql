-- Pulse interviews that would show a `change` (percentage points): a row of the mission, then one an
-- area. `visits`: days of ten interviews soon after a patrol, and later. `patrols`: a quarter after
-- which both can be asked; of these every n-th (`every`). `level`: percent that answer favourably.
CREATE TABLE mart.interview_plan (
  -- for hq
  mission VARCHAR, edge VARCHAR, area VARCHAR, position INTEGER, change DOUBLE, level DOUBLE,
  visits_soon BIGINT, visits_later BIGINT, interviews BIGINT, months INTEGER, patrols DOUBLE,
  every INTEGER, smallest_change DOUBLE, sentence_en VARCHAR, sentence_fr VARCHAR
);
