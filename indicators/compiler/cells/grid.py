"""The grid that is published: which totals and breakdowns there are, by area level and period.

`cube.grid` names it for the mission's areas: `parts` is one of PARTS. The engine computes no other
cell, apart from months of what adds up to longer periods.
"""

from collections.abc import Iterator, Mapping
from typing import Literal

from indicators.compiler.areas import LEVELS

Parts = Literal["total", "part", "sex_age"]
_FINE = ("M", "Q")
_BROKEN_DOWN = ("M", "Q", "A", "B")
# Of each kind of cell: the period types in which areas of a level have it. Weeks are for the
# indicators that ask for them (`Indicator.periods`).
GRID: Mapping[Parts, Mapping[str, tuple[str, ...]]] = {
    "total": {
        **dict.fromkeys(("country", "admin1", "admin2"), ("W", "M", "Q", "S", "A", "B")),
        **dict.fromkeys(("admin3", "site"), _FINE),
    },
    # One dimension at a time
    "part": {
        **dict.fromkeys(("country", "admin1"), _BROKEN_DOWN),
        **dict.fromkeys(("admin2", "admin3", "site"), ("Q",)),
    },
    # 2023.05 §46
    "sex_age": dict.fromkeys(("country", "admin1"), ("Q",)),
}


def is_in_grid(parts: Parts, area_level: str, period_type: str) -> bool:
    """Whether areas of a level have such cells in periods of a type."""
    return period_type in GRID[parts].get(area_level, ())


def grid_table_sql() -> Iterator[str]:
    """Statements that make `cube.grid` (area, period_type, parts) from `cube.area`."""
    lines = ", ".join(
        f"('{parts}', '{level}', '{period_type}')"
        for parts, levels in GRID.items()
        for level in LEVELS
        for period_type in levels.get(level, ())
    )
    yield f"""
CREATE OR REPLACE TABLE cube.grid AS
SELECT area_code AS area, period_type, parts
FROM cube.area
JOIN (VALUES {lines}) AS line(parts, area_level, period_type) USING (area_level)"""


def in_grid_sql(area: str, period_type: str, parts: str) -> str:
    """The join that keeps cells of the grid, of three expressions."""
    return (
        f"SEMI JOIN cube.grid AS grid\n    ON grid.area = {area}"
        f" AND grid.period_type = {period_type}\n    AND grid.parts = {parts}"
    )
