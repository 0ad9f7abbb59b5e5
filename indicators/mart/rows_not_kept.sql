-- Rows of which nothing was kept, by the quarter in which they happened and the reason; the whole
-- mission, as the rows are protected. `period` is null where the row named no day that can be read.
CREATE TABLE mart.rows_not_kept (
  -- for the mission alone: names of what was taken out
  mission VARCHAR, source VARCHAR, period VARCHAR, reason VARCHAR, rows BIGINT
);
