"""Population at the middle of a period, the denominator of a rate (definitions 39), as SQL.

Linear between two dated figures, afterwards the last, before the first none, for all persons
(`_T`), each sex and each age group. `population_base` holds the areas that have a figure,
`population_area` adds them up over the hierarchy of that day, `population_place` says where a case
counts: in an area with a figure, below one, or above one if it is no more precisely known,
`people_place` the same of cases by sex or by age: not stated has a place and no population.
"""

from collections.abc import Iterator

from indicators.definitions.vocabularies import TOTAL, UNKNOWN

# Which figures are a rate's denominator: sites of these kinds, or residents at the finest level.
_SITE_KINDS = ("poc_site", "camp")


def population_tables_sql() -> Iterator[str]:
    """Statements that build these tables for every period in `cube.period`."""
    for name, query in population_queries():
        yield f"CREATE OR REPLACE TABLE cube.{name} AS\n{query}"


def population_queries() -> Iterator[tuple[str, str]]:
    """These tables by name."""
    kinds = ", ".join(f"'{kind}'" for kind in _SITE_KINDS)
    yield (
        "population_base",
        f"""WITH per_source AS (
  SELECT population_kind, area_code, reference_on, estimate_source,
    CASE GROUPING(sex) WHEN 1 THEN '{TOTAL}' ELSE sex END AS sex,
    CASE GROUPING(age_group) WHEN 1 THEN '{TOTAL}' ELSE age_group END AS age_group,
    sum(persons) AS persons
  FROM core.population
  GROUP BY population_kind, area_code, reference_on, estimate_source, CUBE (sex, age_group)
  HAVING (GROUPING(sex) = 1 OR sex <> '{UNKNOWN}')
    AND (GROUPING(age_group) = 1 OR age_group <> '{UNKNOWN}')
),
dated AS (
  SELECT population_kind, area_code, reference_on, sex, age_group,
    arg_min(persons, estimate_source) AS persons
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
  WINDOW figures AS (
    PARTITION BY population_kind, area_code, sex, age_group ORDER BY reference_on)
)
SELECT population_kind, area_code, sex, age_group, period_type, period,
  CASE WHEN next_on IS NULL THEN CAST(persons AS DOUBLE)
    ELSE persons
      + (next_persons - persons) * (period_middle - reference_on) / (next_on - reference_on)
  END AS persons
FROM spans
JOIN cube.period
  ON period_middle >= reference_on AND (next_on IS NULL OR period_middle < next_on)""",
    )
    yield (
        "population_placed",
        """SELECT base.*, span.place
FROM cube.population_base AS base
JOIN cube.period USING (period_type, period)
JOIN cube.area_version AS span
  ON span.area_code = base.area_code
  AND period_middle >= span.begins AND period_middle < span.ends""",
    )
    yield (
        "population_area",
        """SELECT population_kind, area_ancestor.area, sex, age_group, period_type, period,
  sum(persons ORDER BY placed.area_code) AS persons
FROM cube.population_placed AS placed
JOIN cube.area_ancestor ON area_ancestor.area_code = placed.place
GROUP BY ALL""",
    )
    yield (
        "population_place",
        """SELECT DISTINCT population_kind, around.other AS area, sex, age_group,
  period_type, period
FROM cube.population_placed
JOIN cube.place_around AS around USING (place)""",
    )
    yield (
        "people_place",
        f"""FROM cube.population_place
UNION ALL BY NAME
SELECT place.* REPLACE (not_stated.sex AS sex, not_stated.age_group AS age_group)
FROM cube.population_place AS place
CROSS JOIN (VALUES ('{UNKNOWN}', '{TOTAL}'), ('{TOTAL}', '{UNKNOWN}')) AS not_stated(sex, age_group)
WHERE place.sex = '{TOTAL}' AND place.age_group = '{TOTAL}'""",
    )
