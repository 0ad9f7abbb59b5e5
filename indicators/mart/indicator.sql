-- Definitions in every version, with baseline and target of the mission
CREATE TABLE mart.indicator (
  -- for hq, partner, public
  mission VARCHAR, indicator VARCHAR, version INTEGER, level VARCHAR, tier VARCHAR,
  phases VARCHAR, units VARCHAR, source VARCHAR, measure VARCHAR, time_rule VARCHAR,
  unit_of_measure VARCHAR, direction VARCHAR, title_en VARCHAR, title_fr VARCHAR,
  short_en VARCHAR, short_fr VARCHAR, definition_en VARCHAR, definition_fr VARCHAR,
  numerator_en VARCHAR, numerator_fr VARCHAR, denominator_en VARCHAR, denominator_fr VARCHAR,
  rationale_en VARCHAR, rationale_fr VARCHAR, limitations_en VARCHAR, limitations_fr VARCHAR,
  owner_en VARCHAR, owner_fr VARCHAR, owner_reference VARCHAR, contributes_to VARCHAR,
  disaggregate VARCHAR, periods VARCHAR, min_n INTEGER,
  -- the class of its totals; dimension=class of breakdowns with a higher class, joined by |
  confidentiality VARCHAR, confidentiality_of_parts VARCHAR, reference VARCHAR,
  effective_from DATE, baseline DOUBLE, baseline_on DATE, target DOUBLE, target_on DATE,
  -- The length of period that both stand for, of what grows with its length (definitions 65)
  target_period_type VARCHAR,
  -- Those for other lengths of period, as JSON: the same five columns
  other_targets VARCHAR, tolerance DOUBLE, sql VARCHAR,
  -- what this version of the definition changed
  change_en VARCHAR, change_fr VARCHAR,
  -- the definition as JSON: a later release can compute by it again
  entry VARCHAR,
  -- false: on no map, areas never in an order by it
  compared_by_area BOOLEAN,
  -- First and last day that can be known (definitions 49); null for stocks and surveys, which are
  -- known by their own date, and for an open end
  known_from DATE, known_to DATE,
  -- table.column (table.*) of what it cannot be counted without and no file has, joined by |
  not_recorded VARCHAR
);
