"""The figures of one period as every format shows them: values with names, unit and status."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import duckdb

from indicators.assessment.empty_reasons import ADDED_COLUMNS, facts_sql
from indicators.compiler.cells.breakdowns import parts_sql
from indicators.foundation.codes import BELOW_8
from indicators.foundation.mart_tables import TREND_COLUMNS, totals_sql

Columns = Mapping[str, Sequence[Any]]

# `mart` may be a release's views, which carry the release last; columns are named one by one,
# so that an extract is the same before and after its release has a name.
_OF_THE_PERIOD = "mission = $mission AND period = $period"
_CELLS_SQL = facts_sql(f"""
  SELECT * FROM mart.indicator_value WHERE {_OF_THE_PERIOD} AND {totals_sql()}
  UNION ALL BY NAME
  SELECT * FROM ({parts_sql(_OF_THE_PERIOD)})
""")
_FIGURES_SQL = f"""
SELECT value.indicator, indicator.title_en, indicator.title_fr, value.indicator_version,
       value.area, area.name_en AS area_en, area.name_fr AS area_fr, value.area_level,
       value.unit_type, value.activity_type, value.actor, value.sex, value.age_group,
       value.breakdown, value.breakdown_value,
       value.period_type, value.period, value.period_start, value.period_end,
       value.value, indicator.unit_of_measure, value.ci_low, value.ci_high, value.se,
       value.numerator, value.denominator, value.n, value.method,
       value.obs_status, value.conf_status, value.disclosure,
       value.returns_due, value.returns_received,
       value.baseline, value.target, value.rating,
       {", ".join(f"value.{name}" for name in TREND_COLUMNS)},
       {", ".join(f"value.{name}" for name in ADDED_COLUMNS)}
FROM ({_CELLS_SQL}) AS value
JOIN mart.indicator AS indicator
  ON indicator.mission = value.mission AND indicator.indicator = value.indicator
  AND indicator.version = value.indicator_version
LEFT JOIN mart.area AS area
  ON area.mission = value.mission AND area.area_code = value.area
ORDER BY value.indicator, value.indicator_version, value.area, value.unit_type,
         value.activity_type, value.actor, value.sex, value.age_group, value.breakdown,
         value.breakdown_value
"""

_DEFINITIONS_SQL = """
SELECT indicator, version, level, tier, phases, units, source, measure, time_rule,
       unit_of_measure, direction, title_en, title_fr, definition_en, definition_fr,
       numerator_en, numerator_fr, denominator_en, denominator_fr, rationale_en, rationale_fr,
       limitations_en, limitations_fr, owner_en, owner_fr, owner_reference, reference,
       min_n, confidentiality
FROM mart.indicator WHERE mission = $mission AND list_contains($codes, indicator)
ORDER BY indicator, version
"""

_MISSION_SQL = """
SELECT name_en, name_fr, is_fictional, boundaries_en, boundaries_fr, notes_en, notes_fr, as_of
FROM mart.mission WHERE mission = $mission
"""


@dataclass(frozen=True)
class Quarter:
    """One period as every format shows it: column name to values, in the order of the rows.

    `figures`: all cells of the period, one row a cell, sorted by its key, with what says why one is
    empty (`ADDED_COLUMNS`); empty ones are among them, and the zero parts that the release leaves
    out. `definitions`: of the indicators with cells, one row a version. `mission`: names, boundary
    sentence, notes and as-of date.
    """

    figures: Columns
    definitions: Columns
    mission: Mapping[str, Any]

    @property
    def cells(self) -> int:
        """Cells in all."""
        return len(self.figures["indicator"])

    @property
    def told_cells(self) -> int:
        """Cells that say a figure: a value, or that it lies below 8."""
        shown = zip(self.figures["value"], self.figures["disclosure"], strict=True)
        return sum(value is not None or disclosure == BELOW_8 for value, disclosure in shown)


def read_quarter(connection: duckdb.DuckDBPyConnection, mission: str, period: str) -> Quarter:
    """The quarter in the `mart` of one audience."""
    figures = _columns(connection, _FIGURES_SQL, {"mission": mission, "period": period})
    codes = sorted(set(figures["indicator"]))
    definitions = _columns(connection, _DEFINITIONS_SQL, {"mission": mission, "codes": codes})
    facts = _columns(connection, _MISSION_SQL, {"mission": mission})
    return Quarter(figures, definitions, {name: values[0] for name, values in facts.items()})


def _columns(
    connection: duckdb.DuckDBPyConnection, query: str, parameters: Mapping[str, Any]
) -> Columns:
    found = connection.execute(query, parameters)
    names = [column[0] for column in found.description or ()]
    rows = found.fetchall()
    return dict(zip(names, zip(*rows, strict=True) if rows else [()] * len(names), strict=True))
