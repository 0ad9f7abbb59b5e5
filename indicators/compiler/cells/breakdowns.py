"""Parts of totals in a copy of the mart: where it holds them, and reading them with their zeros.

`mart.breakdown_grid` says at which area levels and in which kinds of period a copy holds the parts
of an indicator by a dimension, and what a part means there that has no row (`absent`):

- `zero` (counts and sums): 0 where the total is A or P, else the total's own kind of empty;
- `zero_of_total`: the same of a share whose parts have the denominator of the total;
- `no_part`: nothing was due there from a unit of that type, nor did any do something;
- `no_case`: no case of that part, so that a share, mean, median, rate or estimate has no figure.

What the table does not name is not in this copy. Nothing but the copy itself is read here.
"""

from collections.abc import Mapping

from indicators.foundation.mart_tables import (
    DIMENSIONS,
    NORMAL,
    PROVISIONAL,
    RATING_COLUMNS,
    TREND_COLUMNS,
    VALUE_COLUMNS,
    totals_sql,
)

ZERO = "zero"
ZERO_OF_TOTAL = "zero_of_total"
NO_PART = "no_part"
NO_CASE = "no_case"
CROSSED = "sex_age"
_ALONE = tuple(name for name in DIMENSIONS if name not in ("breakdown", "breakdown_value"))


def dimension_sql(prefix: str = "") -> str:
    """By what a cell is broken down, as `mart.breakdown_grid.dimension` says it; null: a total."""
    is_open = {name: f"NOT {totals_sql(prefix, [name])}" for name in DIMENSIONS}
    alone = " ".join(f"WHEN {is_open[name]} THEN '{name}'" for name in _ALONE)
    return (
        f"CASE WHEN {is_open['sex']} AND {is_open['age_group']} THEN '{CROSSED}' {alone}"
        f" WHEN {is_open['breakdown']} THEN {prefix}breakdown END"
    )


def parts_sql(where: str = "true") -> str:
    """The parts of total cells, those without a row too: the columns of `mart.indicator_value`.

    `where`: a condition on what a total and its parts have in common (indicator, period, area,
    area_level …), with parameters where it needs any. An indicator's codes of a dimension are
    those that the copy has at that level of areas and by that kind of period: one that was never
    counted there is no row, and a code that a copy pools by month stays unsaid by month.
    """
    closed = totals_sql()
    codes = ", ".join(DIMENSIONS)
    same_cell = "mission, indicator, indicator_version, period_type, period, area"
    replaced = ", ".join(f"{sql} AS {name}" for name, sql in _without_row().items())
    return f"""
WITH wanted AS (
  SELECT * FROM mart.indicator_value WHERE {where}
),
seen AS (
  SELECT DISTINCT mission, indicator, area_level, period_type,
    {dimension_sql()} AS dimension, {codes}
  FROM mart.indicator_value
  WHERE NOT ({closed}) AND indicator IN (SELECT indicator FROM wanted)
),
codes AS (
  FROM seen
  UNION
  SELECT own.* REPLACE (other.age_group AS age_group)
  FROM seen AS own JOIN seen AS other
    USING (mission, indicator, area_level, period_type, dimension)
  WHERE dimension = '{CROSSED}'
),
possible AS (
  SELECT {same_cell}, {codes}, absent
  FROM (SELECT {same_cell}, area_level FROM wanted WHERE {closed}) AS total
  JOIN mart.breakdown_grid AS grid
    USING (mission, indicator, indicator_version, area_level, period_type)
  JOIN codes USING (mission, indicator, area_level, period_type, dimension)
  WHERE absent IN ('{ZERO}', '{ZERO_OF_TOTAL}')
),
absent AS (
  FROM possible ANTI JOIN wanted USING ({same_cell}, {codes})
)
SELECT * FROM wanted WHERE NOT ({closed})
UNION ALL BY NAME
SELECT total.* REPLACE ({replaced})
FROM wanted AS total JOIN absent USING ({same_cell})
WHERE {totals_sql("total.")}"""


def _without_row() -> Mapping[str, str]:
    """The columns of a part that has no row, where they are not those of its total."""
    is_told = f"total.obs_status IN ('{NORMAL}', '{PROVISIONAL}')"
    of_total = f"absent.absent = '{ZERO_OF_TOTAL}'"
    found = dict.fromkeys(VALUE_COLUMNS, "")
    found |= {name: f"absent.{name}" for name in DIMENSIONS}
    found |= dict.fromkeys(("se", "ci_low", "ci_high", "deff", "df"), "NULL")
    found |= dict.fromkeys((*RATING_COLUMNS, *TREND_COLUMNS), "NULL")
    found["value"] = f"CASE WHEN {is_told} THEN 0 END"
    found["numerator"] = f"CASE WHEN {is_told} THEN 0 WHEN {of_total} THEN total.numerator END"
    found["denominator"] = f"CASE WHEN {of_total} THEN total.denominator END"
    found["n"] = f"CASE WHEN {of_total} THEN total.n WHEN {is_told} THEN 0 END"
    found["conf_status"] = "'F'"
    if "disclosure" in found:
        found["disclosure"] = "'exact'"
    return {name: f"CAST({sql} AS {VALUE_COLUMNS[name]})" for name, sql in found.items() if sql}
