"""Which parts the engine writes: with a case, rates of 0, unit types that owed a return.

A part that a reader gets back from its total (`breakdowns.py`) is not written. Unit types have
returns of their own, so that such a part may be in another state than the total: where any were
due it stands in the mart, else it is no part.
"""

from collections.abc import Iterable, Iterator

from indicators.compiler.cells.breakdowns import (
    CROSSED,
    NO_CASE,
    NO_PART,
    ZERO,
    ZERO_OF_TOTAL,
    dimension_sql,
)
from indicators.compiler.cells.grid import in_grid_sql
from indicators.compiler.plan import groupings
from indicators.definitions.checks.columns_read import dimension_of
from indicators.definitions.indicator import Indicator
from indicators.definitions.vocabularies import UNKNOWN
from indicators.foundation.mart_tables import DIMENSIONS, TOTAL, totals_sql
from indicators.foundation.sql_text import sql_file

# indicator, dimension, parts as in `cube.grid`, absent as in `mart.breakdown_grid`; whether the
# parts make up the total: not where a case may be in several
BREAKDOWN_COLUMNS = {
    **dict.fromkeys(("indicator", "dimension", "parts", "absent"), "VARCHAR"),
    "adds_up": "BOOLEAN",
}
_ADDING_KINDS = ("count", "sum", "count_distinct")
_CELL = "indicator, indicator_version, period_type, period, area"


def breakdown_rows(indicators: Iterable[Indicator]) -> Iterator[tuple[str, str, str, str, bool]]:
    """The rows of `cube.breakdown`, before returns are looked at (`breakdown_table_sql`)."""
    for indicator in indicators:
        kind = indicator.measure.kind
        is_zero = kind in _ADDING_KINDS
        for grouping in groupings(indicator):
            adds_up = kind in ("count", "sum") and not any(d.is_multivalued for d in grouping)
            of_total = any(dimension.of_numerator for dimension in grouping)
            absent = ZERO_OF_TOTAL if of_total else ZERO if is_zero else NO_CASE
            if len(grouping) == 1:
                name = grouping[0].name
                own = dimension_of(name)
                named = name if own == "breakdown" else own
                yield indicator.code, named, "part", absent, adds_up
            elif grouping:
                yield indicator.code, CROSSED, "sex_age", absent, adds_up


def breakdown_table_sql() -> str:
    """A unit type is no part where its returns are counted and none was due."""
    return f"""
UPDATE cube.breakdown SET absent = '{NO_PART}'
FROM cube.rule AS rule
WHERE rule.indicator = breakdown.indicator AND dimension = 'unit_type'
  AND returns_key IN (SELECT returns_key FROM cube.reporting_coverage)"""


def due_parts_sql() -> str:
    """Unit types that owed a return in a cell of `due_cells` and have none in `part_cells`."""
    dimensions = ", ".join(
        f"returned.{name}" if name == "unit_type" else f"'{TOTAL}' AS {name}" for name in DIMENSIONS
    )
    return f"""SELECT due_cells.*, {dimensions}
  FROM due_cells
  JOIN cube.rule AS rule USING (indicator)
  JOIN cube.breakdown AS broken USING (indicator)
  JOIN cube.return_cell AS returned USING (returns_key, period_type, period, area)
  {in_grid_sql("due_cells.area", "due_cells.period_type", "'part'")}
  ANTI JOIN part_cells AS counted
    ON counted.indicator = due_cells.indicator AND counted.period_type = due_cells.period_type
    AND counted.period = due_cells.period AND counted.area = due_cells.area
    AND counted.unit_type = returned.unit_type
  WHERE broken.dimension = 'unit_type' AND returned.unit_type <> '{TOTAL}' AND returned.due > 0"""


def rate_codes_sql() -> str:
    """Codes by which the cells of rates are broken down, apart from sex and age: of any period."""
    is_people = f"sex <> '{TOTAL}' OR age_group <> '{TOTAL}'"
    return f"""SELECT DISTINCT indicator, {", ".join(DIMENSIONS)}
  FROM cube.cell SEMI JOIN (SELECT indicator FROM cube.rule WHERE kind = 'rate') USING (indicator)
  WHERE NOT ({totals_sql()} OR {is_people}) AND '{UNKNOWN}' NOT IN (actor, breakdown_value)"""


def zero_rates_sql() -> str:
    """Parts of rates in `total_cells` that have people and no case: 0, in the state of the total.

    Where the total has rows, that nobody of a part was counted is no silence.
    """
    place = "period_type, period, area"
    at_people = "cube.population_area AS people ON population_kind = population AND persons > 0"
    sex_age = ("sex", "age_group")
    of_people = ", ".join(n if n in sex_age else f"'{TOTAL}' AS {n}" for n in DIMENSIONS)
    of_others = ", ".join(f"codes.{name}" for name in DIMENSIONS)
    is_counted = " AND ".join(
        f"counted.{name} = {'peopled' if name in DIMENSIONS else 'total'}.{name}"
        for name in ("indicator", "period_type", "period", "area", *DIMENSIONS)
    )
    return f"""SELECT total.* REPLACE (0 AS numerator, 0 AS n,
    {", ".join(f"peopled.{name} AS {name}" for name in DIMENSIONS)})
  FROM total_cells AS total
  JOIN (
    SELECT indicator, {place}, parts, {of_people}
    FROM cube.rule AS rule JOIN cube.breakdown USING (indicator) JOIN {at_people}
    WHERE kind = 'rate' AND dimension = CASE
      WHEN sex <> '{TOTAL}' AND age_group <> '{TOTAL}' THEN '{CROSSED}'
      WHEN sex <> '{TOTAL}' THEN 'sex' WHEN age_group <> '{TOTAL}' THEN 'age_group' END
    UNION ALL BY NAME
    SELECT indicator, {place}, 'part' AS parts, {of_others}
    FROM ({rate_codes_sql()}) AS codes JOIN cube.rule AS rule USING (indicator) JOIN {at_people}
    WHERE people.sex = '{TOTAL}' AND people.age_group = '{TOTAL}'
  ) AS peopled USING (indicator, {place})
  {in_grid_sql("total.area", "total.period_type", "peopled.parts")}
  ANTI JOIN part_cells AS counted ON {is_counted}"""


def written_sql(values: str) -> str:
    """Of all values of some indicators and periods, those that have a row in the mart."""
    return f"""
WITH computed AS MATERIALIZED ({values}
)
SELECT part.*
FROM computed AS part
ANTI JOIN (
  SELECT {_CELL}, obs_status, dimension
  FROM computed JOIN cube.breakdown USING (indicator)
  WHERE {totals_sql()} AND absent = '{ZERO}'
) AS total
  ON {" AND ".join(f"total.{name} = part.{name}" for name in _CELL.split(", "))}
  AND total.dimension = {dimension_sql("part.")} AND total.obs_status = part.obs_status
  AND coalesce(part.value, 0) = 0 AND coalesce(part.numerator, 0) = 0 AND coalesce(part.n, 0) = 0"""


def unequal_parts_sql() -> str:
    """Totals of `mart.indicator_value`, exact, whose parts do not make them up.

    Rows: indicator, dimension, period, area, the total and the sum of its parts.
    """
    return f"""
WITH summed AS (
  SELECT {_CELL}, {dimension_sql()} AS dimension, sum(value) AS parts
  FROM mart.indicator_value WHERE NOT ({totals_sql()})
  GROUP BY ALL
)
SELECT indicator, dimension, period, area, value, coalesce(summed.parts, 0) AS parts
FROM mart.indicator_value AS total
JOIN (
  SELECT DISTINCT split_part(indicator, '@', 1) AS indicator, rule.indicator_version, dimension,
    parts AS cells
  FROM cube.breakdown JOIN cube.rule AS rule USING (indicator) WHERE adds_up
) AS broken USING (indicator, indicator_version)
SEMI JOIN cube.grid
  ON grid.area = total.area AND grid.period_type = total.period_type AND grid.parts = broken.cells
LEFT JOIN summed USING ({_CELL}, dimension)
WHERE {totals_sql("total.")} AND value IS NOT NULL
  AND abs(value - coalesce(summed.parts, 0)) > 1e-9 * greatest(1, value)
ORDER BY ALL"""


def breakdown_grid_sql() -> str:
    """The rows of `mart.breakdown_grid`. Parameter: mission."""
    return sql_file(__file__, "whole_parts")
