"""Total cells of the mart with what their indicator says of tests, and which area lies in which.

What is found of the cells is written here too, into the rows of the mart.
"""

from collections.abc import Collection, Sequence

import duckdb
import pandas as pd

from indicators.definitions.measures import SURVEY_KINDS
from indicators.definitions.mission_profile import Mission
from indicators.foundation.mart_tables import totals_sql
from indicators.foundation.sql_text import literal


def total_cells(
    connection: duckdb.DuckDBPyConnection, mission: Mission, where: str = "true"
) -> pd.DataFrame:
    """Cells that nothing breaks down, in the order of their series; `where`: of `cell`."""
    order = "indicator, indicator_version, area, period_type, period_start"
    text = f"{_cells_sql(where)} ORDER BY {order}"
    return connection.execute(text, {"mission": mission.mission}).df()


def total_periods(
    connection: duckdb.DuckDBPyConnection, mission: Mission, where: str = "true"
) -> pd.DataFrame:
    """The periods of which each indicator has such cells, with what tells its kind."""
    text = f"""SELECT DISTINCT indicator, indicator_version, measure, is_survey, is_stock,
      period_type, period, period_start, period_end, is_running
    FROM ({_cells_sql(where)}) ORDER BY ALL"""
    return connection.execute(text, {"mission": mission.mission}).df()


def of_sql(indicators: Collection[str] | None) -> str:
    """A condition on `cell`: of these indicators; None: of any."""
    if indicators is None:
        return "true"
    return f"list_contains([{', '.join(map(literal, indicators))}], cell.indicator)"


def _cells_sql(where: str) -> str:
    survey_kinds = ", ".join(f"'{kind}'" for kind in SURVEY_KINDS)
    return f"""
SELECT cell.rowid AS cell_id, cell.indicator, cell.indicator_version, cell.area,
  cell.period_type, cell.period, cell.period_start, cell.period_end,
  cell.value, cell.numerator, cell.denominator, cell.se, cell.df, cell.obs_status,
  indicator.measure, indicator.direction,
  cell.time_rule, cell.returns_due, cell.returns_received,
  indicator.known_from, indicator.known_to,
  coalesce(cell.period_end > dated.as_of, false) AS is_running,
  indicator.measure IN ({survey_kinds}) AS is_survey,
  cell.time_rule = 'stock' AS is_stock,
  CASE WHEN indicator.measure = 'ratio' AND indicator.unit_of_measure = 'percent' THEN 100.0
    ELSE 1.0 END AS scale
FROM mart.indicator_value AS cell
JOIN mart.indicator AS indicator
  ON indicator.mission = cell.mission AND indicator.indicator = cell.indicator
  AND indicator.version = cell.indicator_version
LEFT JOIN mart.mission AS dated ON dated.mission = cell.mission
WHERE cell.mission = $mission AND {totals_sql("cell.")} AND {where}"""


_ABOVE_SQL = """
WITH RECURSIVE above AS (
  SELECT area_code AS area, area_code AS below FROM mart.area WHERE mission = $mission
  UNION
  SELECT area.parent_area_code, above.below
  FROM above JOIN mart.area AS area ON area.area_code = above.area
  WHERE area.mission = $mission AND area.parent_area_code IS NOT NULL
)
FROM above ORDER BY ALL
"""


def above_and_below(connection: duckdb.DuckDBPyConnection, mission: Mission) -> pd.DataFrame:
    """`area, below`: each area with itself and all below it."""
    return connection.execute(_ABOVE_SQL, {"mission": mission.mission}).df()


def set_columns(
    connection: duckdb.DuckDBPyConnection,
    mission: Mission,
    found: pd.DataFrame,
    columns: Sequence[str],
    indicators: Collection[str] | None = None,
) -> None:
    """Set these columns of the mission's values to what is found by `cell_id`, null elsewhere.

    `indicators`: in the rows of these alone. Rows that have it so from the last run are not
    written again.
    """
    both = [(name, f"cell.{name}", f"found.{name}") for name in columns]
    own = ", ".join(columns)
    connection.execute(
        f"""CREATE OR REPLACE TEMP TABLE found_of_cell AS
        SELECT rowid AS cell_id, {own} FROM mart.indicator_value LIMIT 0"""
    )
    connection.register("found_frame", found)
    connection.execute("INSERT INTO found_of_cell BY NAME FROM found_frame")
    connection.unregister("found_frame")
    connection.execute(
        f"""UPDATE mart.indicator_value AS cell
        SET {", ".join(f"{name} = now.{name}" for name in columns)}
        FROM (
          SELECT cell.rowid AS cell_id, {", ".join(new for _, _, new in both)}
          FROM mart.indicator_value AS cell
          LEFT JOIN found_of_cell AS found ON found.cell_id = cell.rowid
          WHERE cell.mission = $mission AND {of_sql(indicators)}
            AND ({" OR ".join(f"{old} IS DISTINCT FROM {new}" for _, old, new in both)})
        ) AS now
        WHERE cell.rowid = now.cell_id""",
        {"mission": mission.mission},
    )
