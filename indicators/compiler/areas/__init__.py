"""The hierarchy of areas as SQL: which areas a row counts in, from its own level up.

`cube.area_ancestor`: area and each area above it, itself among them; `cube.area_relative`: those
below it as well. `cube.area_place`: where a row of an area counts lowest, given how precisely its
place is known (definitions 5). These say how areas lie at the as-of date.

Boundaries are dated: an area that came to another parent has a *place* for each time before, named
after the area, which stands in `area_ancestor` beside the areas. `cube.area_version_at` says to
which place a row of a day belongs.
"""

from collections.abc import Iterator

from indicators.foundation.sql_text import sql_file

LEVELS = ("country", "admin1", "admin2", "admin3", "site")
# Each after those that it reads.
_TABLES = (
    "area", "area_version", "area_ancestor", "place_around",
    "area_relative", "area_version_at", "area_place",
)  # fmt: skip
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

    Every area lies in the mission's country, whether or not its parents lead there. Each stands in
    a file of its name.
    """
    ranks = (f"('{place}', {LEVELS.index(level)})" for place, level in PRECISION_LEVEL.items())
    filled = {"level_rank": level_rank_sql("area_level"), "precisions": ", ".join(ranks)}
    for name in _TABLES:
        yield name, sql_file(__file__, name).format_map(filled)
