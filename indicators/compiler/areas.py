"""The hierarchy of areas as SQL: which areas a row counts in, from its own level up.

`cube.area_ancestor`: area and each area above it, itself among them; `cube.area_relative`: those
below it as well. `cube.area_place`: where a row of an area counts lowest, given how precisely its
place is known (definitions 5). These say how areas lie at the as-of date.

Boundaries are dated: an area that came to another parent has a *place* for each time before, named
after the area, which stands in `area_ancestor` beside the areas. `cube.area_version_at` says to
which place a row of a day belongs.
"""

from collections.abc import Iterator

LEVELS = ("country", "admin1", "admin2", "admin3", "site")
# The finest level at which a place of this precision counts.
PRECISION_LEVEL = {
    "exact": "site",
    "near": "site",
    "admin2": "admin2",
    "admin1": "admin1",
    "country": "country",
}


def level_rank_sql(column: str) -> str:
    """The rank of an area level, 0 for the country."""
    ranks = " ".join(f"WHEN '{level}' THEN {rank}" for rank, level in enumerate(LEVELS))
    return f"CASE {column} {ranks} END"


def place_tables_sql() -> Iterator[str]:
    """Statements that build the area tables."""
    for name, query in place_queries():
        yield f"CREATE OR REPLACE TABLE cube.{name} AS\n{query}"


def place_queries() -> Iterator[tuple[str, str]]:
    """The area tables by name, from `core.areas`, newest version of each area.

    Every area lies in the mission's country, whether or not its parents lead there.
    """
    yield (
        "area",
        f"""WITH newest AS (
  SELECT * FROM core.areas
  WHERE valid_from <= as_of_day() OR area_code = country_area()
  QUALIFY row_number() OVER (PARTITION BY area_code ORDER BY valid_from DESC) = 1
),
known AS (
  SELECT area_code, parent_area_code, area_level FROM newest WHERE area_code <> country_area()
  UNION ALL
  SELECT country_area(), NULL, 'country'
)
SELECT area_code, parent_area_code, area_level, {level_rank_sql("area_level")} AS level_rank
FROM known""",
    )
    yield (
        "area_version",
        """WITH RECURSIVE versions AS (
  SELECT area_code, parent_area_code, valid_from,
    row_number() OVER by_area > 1
      AND parent_area_code IS DISTINCT FROM lag(parent_area_code) OVER by_area AS is_moved
  FROM core.areas
  WHERE valid_from <= as_of_day() AND area_code <> country_area()
  WINDOW by_area AS (PARTITION BY area_code ORDER BY valid_from)
),
epochs AS (
  SELECT DATE '-infinity' AS begins UNION SELECT valid_from FROM versions WHERE is_moved
),
parents AS (
  SELECT begins, area_code, parent_area_code FROM epochs CROSS JOIN versions
  -- The newest version by then; before its first version an area lay as in that one.
  QUALIFY row_number() OVER (
    PARTITION BY begins, area_code
    ORDER BY valid_from <= begins DESC, CASE WHEN valid_from <= begins THEN valid_from END DESC,
      valid_from) = 1
  UNION ALL
  SELECT begins, country_area(), NULL FROM epochs
),
chain AS (
  SELECT begins, area_code, area_code AS area, parent_area_code AS above, 0 AS steps FROM parents
  UNION ALL
  SELECT chain.begins, chain.area_code, parent.area_code, parent.parent_area_code, steps + 1
  FROM chain
  JOIN parents AS parent ON parent.area_code = chain.above AND parent.begins = chain.begins
  WHERE steps < 10
),
chains AS (
  SELECT begins, area_code,
    list_sort(list_distinct(list_append(list(area), country_area()))) AS areas
  FROM chain
  GROUP BY ALL
),
changes AS (
  SELECT * FROM chains
  QUALIFY areas IS DISTINCT FROM lag(areas) OVER (PARTITION BY area_code ORDER BY begins)
)
SELECT area_code, areas, begins,
  coalesce(lead(begins) OVER by_area, DATE 'infinity') AS ends,
  concat_ws(' before ', area_code, lead(begins) OVER by_area) AS place
FROM changes
WINDOW by_area AS (PARTITION BY area_code ORDER BY begins)""",
    )
    yield (
        "area_ancestor",
        """SELECT span.place AS area_code, own.area_code AS area, own.area_level, own.level_rank
FROM (SELECT place, unnest(areas) AS area_code FROM cube.area_version) AS span
JOIN cube.area AS own USING (area_code)""",
    )
    yield (
        "place_around",
        """SELECT own.place, other.place AS other
FROM cube.area_version AS own
JOIN cube.area_version AS other
  ON list_contains(own.areas, other.area_code) OR list_contains(other.areas, own.area_code)""",
    )
    yield (
        "area_relative",
        """SELECT place AS area_code, other AS area
FROM cube.place_around
WHERE place IN (SELECT area_code FROM cube.area) AND other IN (SELECT area_code FROM cube.area)""",
    )
    precisions = ", ".join(
        f"('{precision}', {LEVELS.index(level)})" for precision, level in PRECISION_LEVEL.items()
    )
    yield (
        "area_version_at",
        f"""WITH precisions(location_precision, finest) AS (VALUES {precisions}),
finest AS (
  SELECT span.area_code, location_precision, begins, ends, arg_max(up.area, level_rank) AS area
  FROM cube.area_version AS span
  JOIN cube.area_ancestor AS up ON up.area_code = span.place
  JOIN precisions ON level_rank <= finest
  GROUP BY ALL
)
SELECT finest.area_code, location_precision, upper.place,
  greatest(finest.begins, upper.begins) AS begins, least(finest.ends, upper.ends) AS ends
FROM finest
JOIN cube.area_version AS upper
  ON upper.area_code = finest.area AND upper.begins < finest.ends AND upper.ends > finest.begins""",
    )
    yield (
        "area_place",
        """SELECT area_code, location_precision, place AS area
FROM cube.area_version_at
WHERE ends = DATE 'infinity'""",
    )
