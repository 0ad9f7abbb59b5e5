"""Population at the middle of a period, the denominator of a rate (definitions 39), as SQL.

Linear between two dated figures, afterwards the last, before the first none. `population_base`
holds the areas that have a figure; `population_area` adds them up over the hierarchy.
"""

from collections.abc import Iterator

# Which figures are a rate's denominator: sites of these kinds, or residents at the finest level.
_SITE_KINDS = ("poc_site", "camp")


def population_tables_sql() -> Iterator[str]:
    """Statements that build both tables for every period in `cube.period`."""
    kinds = ", ".join(f"'{kind}'" for kind in _SITE_KINDS)
    yield f"""
CREATE OR REPLACE TABLE cube.population_base AS
WITH per_source AS (
  SELECT population_kind, area_code, reference_on, estimate_source, sum(persons) AS persons
  FROM core.population
  GROUP BY ALL
),
dated AS (
  SELECT population_kind, area_code, reference_on, arg_min(persons, estimate_source) AS persons
  FROM per_source
  GROUP BY ALL
),
placed AS (
  SELECT dated.*, area.level_rank
  FROM dated
  JOIN cube.area USING (area_code)
  LEFT JOIN (SELECT area_code, min(site_kind) AS site_kind FROM core.areas GROUP BY ALL) AS site
    USING (area_code)
  WHERE population_kind <> 'site' OR site_kind IN ({kinds})
),
finest AS (
  SELECT * FROM placed
  QUALIFY level_rank = max(level_rank) OVER (PARTITION BY population_kind)
),
spans AS (
  SELECT *,
    lead(reference_on) OVER figures AS next_on,
    lead(persons) OVER figures AS next_persons
  FROM finest
  WINDOW figures AS (PARTITION BY population_kind, area_code ORDER BY reference_on)
)
SELECT population_kind, area_code, period_type, period,
  CASE WHEN next_on IS NULL THEN CAST(persons AS DOUBLE)
    ELSE persons
      + (next_persons - persons) * (period_middle - reference_on) / (next_on - reference_on)
  END AS persons
FROM spans
JOIN cube.period
  ON period_middle >= reference_on AND (next_on IS NULL OR period_middle < next_on)"""
    yield """
CREATE OR REPLACE TABLE cube.population_area AS
SELECT population_kind, area_up.area, period_type, period,
  sum(persons ORDER BY base.area_code) AS persons
FROM cube.population_base AS base
JOIN cube.area_up ON area_up.area_code = base.area_code
GROUP BY ALL"""
