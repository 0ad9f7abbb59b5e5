"""Which cells a grid has, as SQL."""

from indicators.definitions.audiences import Grid
from indicators.foundation.sql_text import literals


def in_grid_sql(grid: Grid, prefix: str = "") -> str:
    """The condition that a cell with `area_level` and `period_type` lies in the grid."""
    named = {"area_level": grid.area_levels, "period_type": grid.period_types}
    parts = [
        f"{prefix}{column} IN ({literals(names)})" if names else "false"
        for column, names in named.items()
        if names is not None
    ]
    return " AND ".join(parts) or "true"
