-- Its objectives; `outcomes`: of the results framework (`framework_item.item`), joined by |
CREATE TABLE mart.strategy_objective (
  -- for hq
  mission VARCHAR, position INTEGER, objective VARCHAR, title_en VARCHAR, title_fr VARCHAR,
  outcomes VARCHAR
);
