"""Which parts the engine writes: those with a case, unit types that owed a return, no plain zeros.

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
from indicators.definitions.columns_read import dimension_of
from indicators.definitions.indicator import Indicator
from indicators.foundation.codes import TOTAL
from indicators.foundation.mart_tables import DIMENSIONS, totals_sql

# indicator, dimension, parts as in `cube.grid`, absent as in `mart.breakdown_grid`
BREAKDOWN_COLUMNS = dict.fromkeys(("indicator", "dimension", "parts", "absent"), "VARCHAR")
_ADDING_KINDS = ("count", "sum", "count_distinct")
_CELL = "indicator, indicator_version, period_type, period, area"


def breakdown_rows(indicators: Iterable[Indicator]) -> Iterator[tuple[str, str, str, str]]:
    """The rows of `cube.breakdown`, before returns are looked at (`breakdown_table_sql`)."""
    for indicator in indicators:
        is_zero = indicator.measure.kind in _ADDING_KINDS
        for grouping in groupings(indicator):
            of_total = any(dimension.of_numerator for dimension in grouping)
            absent = ZERO_OF_TOTAL if of_total else ZERO if is_zero else NO_CASE
            if len(grouping) == 1:
                name = grouping[0].name
                own = dimension_of(name)
                yield indicator.code, name if own == "breakdown" else own, "part", absent
            elif grouping:
                yield indicator.code, CROSSED, "sex_age", absent


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


def breakdown_grid_sql() -> str:
    """The rows of `mart.breakdown_grid`. Parameter: mission."""
    return """
SELECT DISTINCT ? AS mission, split_part(indicator, '@', 1) AS indicator, indicator_version,
  dimension, area_level, period_type, absent
FROM cube.breakdown
JOIN cube.rule AS rule USING (indicator)
JOIN cube.grid USING (parts)
JOIN cube.area ON area.area_code = grid.area
SEMI JOIN cube.period USING (period_type)
WHERE list_contains(rule.periods, period_type)
  AND (rule.has_places OR area.area_code = country_area())
ORDER BY ALL"""
