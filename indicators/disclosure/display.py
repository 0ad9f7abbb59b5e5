"""How a count of persons is displayed, as SQL: 0, fewer than 8, else the nearest 5.

One fixed function of the count for every cell by itself, so that repeating or revising a figure
gives nothing away and totals need not add up (`disclosure.md` §2).
"""

from indicators.definitions.sharing.audiences import LEAST_CASES, LEAST_PERSONS, ROUNDED_TO, Grid
from indicators.foundation.mart_tables import (
    BELOW_8,
    EXACT,
    NORMAL,
    NOT_COMPUTABLE,
    ROUNDED,
    SUPPRESSED,
    TREND_COLUMNS,
)
from indicators.foundation.sql_text import literals

_COUNTS = "('count', 'sum', 'count_distinct')"
_PERCENT = "('percent', 'percentage_points')"
# What tells the exact count behind a displayed figure
_UNCERTAINTY = (
    "se", "ci_low", "ci_high", "deff", "df", "rating_probability", "change", "change_ci_low",
    "change_ci_high", "change_visible",
)  # fmt: skip


def displayed(count: str) -> str:
    """The displayed count, as SQL over an expression; null for 1 to 7 (and for null)."""
    rounded = _to_nearest(count)
    return f"CASE WHEN {count} = 0 THEN 0 WHEN {count} >= {LEAST_PERSONS} THEN {rounded} END"


def _to_nearest(amount: str) -> str:
    return f"floor(({amount}) / {ROUNDED_TO} + 0.5) * {ROUNDED_TO}"


def disclosure_sql() -> str:
    """What becomes of a cell: `disclosure`. Reads `display`, `measure` and the cell's figures.

    A rate may have cases and no population, so no value: its cases are displayed all the same.
    """
    return f"""CASE
  WHEN display = 'none' THEN '{SUPPRESSED}'
  WHEN display = 'answers' AND n BETWEEN 1 AND {LEAST_CASES - 1} THEN '{SUPPRESSED}'
  WHEN display <> 'persons' THEN '{EXACT}'
  WHEN measure = 'rate' THEN {_of_count("coalesce(numerator, 0)")}
  WHEN value IS NULL THEN '{EXACT}'
  WHEN measure IN {_COUNTS} THEN {_of_count("value")}
  WHEN coalesce({_cases()}, 0) < {LEAST_CASES} THEN '{SUPPRESSED}'
  ELSE '{ROUNDED}' END"""


def _of_count(count: str) -> str:
    return (
        f"CASE WHEN {count} = 0 THEN '{EXACT}' WHEN {count} < {LEAST_PERSONS} THEN '{BELOW_8}' "
        f"ELSE '{ROUNDED}' END"
    )


def _cases() -> str:
    """The exact denominator of a share; of a median or mean the cases behind it."""
    return "CASE WHEN measure = 'ratio' THEN denominator ELSE n END"


def figures_sql() -> dict[str, str]:
    """By column its displayed figure. Reads `disclosed` beside what `disclosure_sql` reads."""
    is_shown = f"disclosed <> '{SUPPRESSED}'"
    share = (
        f"CASE WHEN unit_of_measure IN {_PERCENT} THEN {_to_nearest('value')} ELSE round(value) END"
    )
    value = f"""CASE
  WHEN disclosed IN ('{SUPPRESSED}', '{BELOW_8}') THEN NULL
  WHEN disclosed = '{EXACT}' THEN value
  WHEN measure IN {_COUNTS} THEN {displayed("value")}
  WHEN measure = 'rate' THEN value * ({displayed("numerator")}) / numerator
  ELSE {share} END"""
    figures = {"value": value}
    for name in ("numerator", "denominator", "n"):
        is_population = "measure = 'rate' OR " if name == "denominator" else ""
        figures[name] = (
            f"CASE WHEN {is_shown} THEN CASE WHEN {is_population}display <> 'persons' "
            f"THEN {name} ELSE {displayed(name)} END END"
        )
    for name in _UNCERTAINTY:
        figures[name] = f"CASE WHEN {is_shown} AND display <> 'persons' THEN {name} END"
    for name in ("rating", "rating_reason", *TREND_COLUMNS):
        if name not in _UNCERTAINTY:
            figures[name] = f"CASE WHEN {is_shown} THEN {name} END"
    # That nothing could be worked out of no cases would tell a zero.
    figures["obs_status"] = (
        f"CASE WHEN display = 'none' AND obs_status = '{NOT_COMPUTABLE}' THEN '{NORMAL}' "
        "ELSE obs_status END"
    )
    return figures


def in_grid_sql(grid: Grid, prefix: str = "") -> str:
    """The condition that a cell with `area_level` and `period_type` lies in the grid."""
    named = {"area_level": grid.area_levels, "period_type": grid.period_types}
    parts = [
        f"{prefix}{column} IN ({literals(names)})" if names else "false"
        for column, names in named.items()
        if names is not None
    ]
    return " AND ".join(parts) or "true"
