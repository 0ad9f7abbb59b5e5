"""The hierarchy of areas as SQL: which areas a row counts in, from its own level up.

`cube.area_up`: area and each area above it, itself among them; `cube.area_around`: those below it
as well. `cube.area_place`: where a row of an area counts lowest, given how precisely its place is
known (definitions 5).
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
    """Statements that build the area tables from `core.areas`, newest version of each area.

    Every area lies in the mission's country, whether or not its parents lead there.
    """
    yield f"""
CREATE OR REPLACE TABLE cube.area AS
WITH newest AS (
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
FROM known"""
    yield """
CREATE OR REPLACE TABLE cube.area_up AS
WITH RECURSIVE chain AS (
  SELECT area_code, area_code AS area, parent_area_code AS above, 0 AS steps FROM cube.area
  UNION ALL
  SELECT chain.area_code, parent.area_code, parent.parent_area_code, steps + 1
  FROM chain JOIN cube.area AS parent ON parent.area_code = chain.above
  WHERE steps < 10
),
complete AS (
  SELECT area_code, area FROM chain
  UNION
  SELECT area_code, country_area() FROM cube.area
)
SELECT complete.area_code, complete.area, own.area_level, own.level_rank
FROM complete JOIN cube.area AS own ON own.area_code = complete.area"""
    yield """
CREATE OR REPLACE TABLE cube.area_around AS
SELECT area_code, area FROM cube.area_up
UNION
SELECT area AS area_code, area_code AS area FROM cube.area_up"""
    precisions = ", ".join(
        f"('{precision}', {LEVELS.index(level)})" for precision, level in PRECISION_LEVEL.items()
    )
    yield f"""
CREATE OR REPLACE TABLE cube.area_place AS
WITH precisions(location_precision, finest) AS (VALUES {precisions})
SELECT area_code, location_precision, arg_max(area, level_rank) AS area
FROM cube.area_up JOIN precisions ON level_rank <= finest
GROUP BY ALL"""
