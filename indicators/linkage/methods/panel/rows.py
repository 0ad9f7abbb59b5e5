"""The rows of one edge: activity and outcome by area and period, as its methods read them."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import duckdb
import numpy as np
import pandas as pd

from indicators.definitions.measures import COUNT_KINDS, SURVEY_KINDS
from indicators.definitions.mission_profile import Mission
from indicators.foundation.mart_tables import NOT_REPORTED, totals_sql
from indicators.foundation.sql_text import sql_file
from indicators.foundation.stored.database import has_table
from indicators.linkage.framework.model import Edge
from indicators.linkage.methods.activities import PATROLLING_REPORTERS
from indicators.linkage.panel.edge_panel import EdgePanel, ExposureUnit

# Months a period lasts; the finest that both indicators have is used, months before all others.
MONTHS_OF = {"M": 1, "Q": 3, "S": 6, "A": 12, "B": 12}
_COUNTS = ("count", "sum", "count_distinct")
# Sources of the outcome in which the people who patrol do not write down what they are judged by.
INDEPENDENT_SOURCES = ("survey_respondents", "survey_answers")


def read_edge_panel(
    connection: duckdb.DuckDBPyConnection,
    mission: Mission,
    edge: Edge,
    indicators: Mapping[str, Mapping[str, Any]],
    period_type: str | None,
) -> EdgePanel | None:
    """The edge's rows at the level where most areas have both; None without any."""
    months = MONTHS_OF.get(period_type or "")
    if months is None:
        return None
    parameters = {
        "mission": mission.mission,
        "from": edge.from_indicator,
        "to": edge.to_indicator,
        "period_type": period_type,
        "country_area": mission.country_area,
    }
    rows = connection.execute(edge_rows_sql(), parameters).df()
    if rows.empty:
        return None
    rows["period"] = _period_numbers(rows["period_start"], months)
    activity, outcome = indicators[edge.from_indicator], indicators[edge.to_indicator]
    exposure_unit = _exposure_unit(activity)
    rows["activity"] = _in_exposure_units(rows["count"], exposure_unit)
    is_survey = outcome["measure"] in SURVEY_KINDS
    panel = EdgePanel(
        rows,
        lag=round(edge.lag / months),
        exposure_unit=exposure_unit,
        outcome_is_count=outcome["measure"] in COUNT_KINDS,
        outcome_is_survey=is_survey,
        outcome_source=str(outcome["source"]),
        months_per_period=months,
        # A month without a survey wave is no missing report.
        unreported={} if is_survey else _unreported(connection, parameters, set(rows["area"])),
    )
    if outcome["source"] == "incidents" and months == 1:
        return replace(panel, independent=independent_incidents(connection, panel))
    return panel


def _unreported(
    connection: duckdb.DuckDBPyConnection, parameters: Mapping[str, Any], areas: set[str]
) -> dict[str, int]:
    """By area, periods in which one of the two was not reported; others have no missing report."""
    found = connection.execute(
        f"""SELECT area, count(DISTINCT period_start) FROM mart.indicator_value
        WHERE mission = $mission AND period_type = $period_type AND obs_status = '{NOT_REPORTED}'
          AND indicator IN ($from, $to) AND list_contains($areas, area) AND {totals_sql()}
          AND area <> $country_area
        GROUP BY area ORDER BY area""",
        {**parameters, "areas": sorted(areas)},
    ).fetchall()
    return dict(found)


def edge_rows_sql() -> str:
    """The columns of EdgePanel.rows with period_start, at the level where most areas have both."""
    return f"""
WITH valued AS (
  SELECT indicator, area, area_level, period_start, value, n, obs_status,
    indicator_version > min(indicator_version) OVER (PARTITION BY indicator) AS is_redefined
  FROM mart.indicator_value
  WHERE mission = $mission AND period_type = $period_type AND value IS NOT NULL
    AND area <> $country_area AND indicator IN ($from, $to) AND {totals_sql()}
  -- Figures of two versions of a definition are not one series.
  QUALIFY indicator_version = max(indicator_version) OVER (PARTITION BY indicator)
),
paired AS (
  SELECT area, area_level, period_start,
    any_value(value) FILTER (WHERE indicator = $from) AS "count",
    any_value(value) FILTER (WHERE indicator = $to) AS outcome,
    any_value(n) FILTER (WHERE indicator = $to) AS n,
    bool_or(obs_status = 'P') AS is_partial, bool_or(is_redefined) AS is_redefined
  FROM valued GROUP BY area, area_level, period_start
),
levels AS (
  SELECT area_level, count("count") > 0 AND count(outcome) > 0 AS has_both,
    count(DISTINCT area) FILTER (WHERE "count" IS NOT NULL AND outcome IS NOT NULL) AS areas,
    count(*) FILTER (WHERE "count" IS NOT NULL AND outcome IS NOT NULL) AS pairs
  FROM paired GROUP BY area_level
),
chosen AS (
  SELECT area_level FROM levels WHERE has_both ORDER BY areas DESC, pairs DESC, area_level LIMIT 1
)
SELECT paired.area, coalesce(place.parent_area_code, paired.area) AS sector,
  paired.period_start, paired."count", paired.outcome, paired.n, paired.is_partial,
  paired.is_redefined
FROM paired
JOIN chosen USING (area_level)
LEFT JOIN (
  SELECT area_code, any_value(parent_area_code) AS parent_area_code
  FROM mart.area WHERE mission = $mission GROUP BY area_code
) AS place ON place.area_code = paired.area
ORDER BY paired.area, paired.period_start"""


def _period_numbers(starts: pd.Series, months: int) -> pd.Series:
    days = pd.to_datetime(starts)
    numbers: pd.Series = (days.dt.year * 12 + days.dt.month - 1) // months
    return numbers.astype(int)


def _exposure_unit(activity: Mapping[str, Any]) -> ExposureUnit:
    if activity["measure"] in _COUNTS:
        return ExposureUnit("doubled")
    return ExposureUnit("ten_points" if activity["unit_of_measure"] == "percent" else "one_unit")


def _in_exposure_units(values: pd.Series, exposure_unit: ExposureUnit) -> pd.Series:
    """log2(1 + count), tens of percentage points, or the value itself."""
    if exposure_unit.name == "doubled":
        return np.log2(1 + values.clip(lower=0))
    return values / 10 if exposure_unit.name == "ten_points" else values


def independent_incidents(
    connection: duckdb.DuckDBPyConnection, panel: EdgePanel
) -> pd.DataFrame | None:
    """Incidents by area and month that others than patrolling components reported.

    Columns area, period, independent. All incidents of the area count, whatever the outcome keeps.
    None where the warehouse holds no incidents (a release has none).
    """
    if not has_table(connection, "core", "incidents"):
        return None
    counted = connection.execute(
        independent_incidents_sql(), {"reporters": list(PATROLLING_REPORTERS)}
    ).df()
    if counted.empty:
        return None
    counted["period"] = _period_numbers(counted["month"], 1)
    grid = panel.rows.loc[panel.rows["outcome"].notna(), ["area", "period"]]
    merged = grid.merge(counted[["area", "period", "independent"]], "left", ["area", "period"])
    return merged.fillna({"independent": 0.0})


def independent_incidents_sql() -> str:
    """area, month, independent: an incident counts in its area, its site and the area above."""
    return sql_file(__file__, "independent_incidents")
