"""An output beside its outcome, edge by edge, for the mission and each area.

Nothing is tested here: a row says how much there is to look at, and that looking shows no effect.
What was tested, and what it comes to, is added in `evidence.py`.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import duckdb

from indicators.definitions.measures import SURVEY_KINDS
from indicators.definitions.mission_profile import Mission
from indicators.foundation.mart_tables import totals_sql
from indicators.foundation.messages import LANGUAGES, message
from indicators.linkage.framework.edge_indicators import PublishedIndicators, common_period_type
from indicators.linkage.framework.model import Edge

METHOD = "side_by_side"
SPECIFICATION = "none"
STATUS = "not_tested"
# Below this a series is too short for any of the tests of `grading.md`.
FEW_PERIODS = 8
# Why nothing of what stands side by side could be tested.
NO_TEST = ("only_weeks", "no_areas_with_both")
# What is to be borne in mind, and is no reason why nothing was tested.
NO_REASON = ("missing_returns", "definition_changed")


@dataclass(frozen=True)
class Overlap:
    """How much of an edge can be looked at in one area: counts over periods with both values."""

    areas: int = 0
    periods: int = 0
    varies: bool = False
    on_missing_returns: bool = False
    is_redefined: bool = False
    output_values: int = 0
    outcome_values: int = 0


def side_by_side_rows(
    connection: duckdb.DuckDBPyConnection,
    mission: Mission,
    edge: Edge,
    indicators: PublishedIndicators,
) -> Iterator[dict[str, Any]]:
    """For one edge a row for the mission (its country area) and one an area, all untested."""
    period_type = common_period_type(indicators, edge)
    overlaps = _overlaps(connection, mission, edge, period_type) if period_type else {}
    for area in _areas(connection, mission):
        overlap = overlaps.get(area, Overlap())
        yield _row(mission, edge, area, overlap, indicators, period_type)


def _areas(connection: duckdb.DuckDBPyConnection, mission: Mission) -> list[str]:
    """The country area first, then all others by code."""
    rows = connection.execute(
        "SELECT DISTINCT area_code FROM mart.area WHERE mission = ? AND area_code <> ? ORDER BY 1",
        [mission.mission, mission.country_area],
    ).fetchall()
    return [mission.country_area, *(code for (code,) in rows)]


def _overlaps(
    connection: duckdb.DuckDBPyConnection, mission: Mission, edge: Edge, period_type: str
) -> dict[str, Overlap]:
    parameters = {
        "mission": mission.mission,
        "from": edge.from_indicator,
        "to": edge.to_indicator,
        "period_type": period_type,
        "lag": edge.lag,
        "country_area": mission.country_area,
    }
    rows = connection.execute(overlap_sql(), parameters).fetchall()
    return {area: Overlap(*counted) for area, *counted in rows}


def overlap_sql() -> str:
    """One row an area with a value of either: the fields of Overlap, the area first.

    An outcome belongs to the period that holds the output's first day plus the lag in months. The
    mission's `areas` are those with both values at the finest level that has any.
    """
    return f"""
WITH valued AS (
  SELECT indicator, area, area_level, period_start, period_end, value, obs_status,
    indicator_version > min(indicator_version) OVER (PARTITION BY indicator) AS is_redefined
  FROM mart.indicator_value
  WHERE mission = $mission AND period_type = $period_type AND value IS NOT NULL
    AND indicator IN ($from, $to) AND {totals_sql()}
  -- Figures of two versions of a definition are not one series.
  QUALIFY indicator_version = max(indicator_version) OVER (PARTITION BY indicator)
),
output AS (SELECT * FROM valued WHERE indicator = $from),
outcome AS (SELECT * FROM valued WHERE indicator = $to),
paired AS (
  SELECT output.area, output.area_level, output.value AS output_value,
    outcome.value AS outcome_value, 'P' IN (output.obs_status, outcome.obs_status) AS is_partial
  FROM output
  JOIN outcome
    ON outcome.area = output.area
    AND output.period_start + to_months(CAST($lag AS INTEGER))
      BETWEEN outcome.period_start AND outcome.period_end
),
counted AS (
  SELECT area, any_value(area_level) AS area_level, count(*) AS periods,
    count(DISTINCT output_value) > 1 AND count(DISTINCT outcome_value) > 1 AS varies,
    bool_or(is_partial) AS is_partial
  FROM paired GROUP BY area
),
by_level AS (
  SELECT area_level, count(*) AS areas FROM counted WHERE area <> $country_area GROUP BY area_level
),
outputs AS (
  SELECT area, count(*) AS values, bool_or(is_redefined) AS is_redefined FROM output GROUP BY area
),
outcomes AS (
  SELECT area, count(*) AS values, bool_or(is_redefined) AS is_redefined FROM outcome GROUP BY area
)
SELECT area,
  CASE WHEN counted.periods IS NULL THEN 0
    WHEN area = $country_area THEN coalesce((SELECT max(areas) FROM by_level), 0)
    ELSE 1 END AS areas,
  coalesce(counted.periods, 0), coalesce(varies, false), coalesce(is_partial, false),
  coalesce(outputs.is_redefined, false) OR coalesce(outcomes.is_redefined, false),
  coalesce(outputs.values, 0), coalesce(outcomes.values, 0)
FROM outputs FULL JOIN outcomes USING (area) LEFT JOIN counted USING (area)
ORDER BY area"""


def _row(
    mission: Mission,
    edge: Edge,
    area: str,
    overlap: Overlap,
    indicators: PublishedIndicators,
    period_type: str | None,
) -> dict[str, Any]:
    caveats = list(_caveats(edge, overlap, indicators, period_type))
    sentences = {
        f"sentence_{language}": _sentence(edge, overlap, indicators, period_type, language)
        for language in LANGUAGES
    }
    return {
        "edge": edge.id,
        "from_indicator": edge.from_indicator,
        "to_indicator": edge.to_indicator,
        "area": area,
        "method": METHOD,
        "specification": SPECIFICATION,
        "lag": edge.lag,
        "n_areas": overlap.areas,
        "n_periods": overlap.periods,
        "expected_sign": edge.expected_sign,
        "caveats": "|".join(caveats),
        **sentences,
        "status": STATUS,
    }


def _reason(
    edge: Edge,
    overlap: Overlap,
    indicators: PublishedIndicators,
    period_type: str | None,
) -> str | None:
    """Why nothing can be set side by side; None where something can."""
    if _unknown(edge, indicators):
        return "unknown_indicator"
    if period_type is None:
        return "no_common_period"
    if overlap.periods:
        return None
    if not overlap.output_values:
        return "no_output_values"
    return "no_overlap_in_time" if overlap.outcome_values else "no_outcome_values"


def _unknown(edge: Edge, indicators: PublishedIndicators) -> list[str]:
    return [code for code in (edge.from_indicator, edge.to_indicator) if code not in indicators]


def _caveats(
    edge: Edge,
    overlap: Overlap,
    indicators: PublishedIndicators,
    period_type: str | None,
) -> Iterator[str]:
    yield STATUS
    if overlap.is_redefined:
        yield "definition_changed"
    reason = _reason(edge, overlap, indicators, period_type)
    if reason:
        yield reason
        return
    if period_type == "W":
        yield "only_weeks"
    elif not overlap.areas:
        yield "no_areas_with_both"
    if not overlap.varies:
        yield "no_variation"
    if overlap.periods < FEW_PERIODS:
        yield "few_periods"
    if overlap.on_missing_returns:
        yield "missing_returns"


def _sentence(
    edge: Edge,
    overlap: Overlap,
    indicators: PublishedIndicators,
    period_type: str | None,
    language: str,
) -> str:
    titles = {
        "from_title": _title(edge.from_indicator, indicators, language),
        "to_title": _title(edge.to_indicator, indicators, language),
    }
    reason = _reason(edge, overlap, indicators, period_type)
    if reason:
        unknown = ", ".join(_unknown(edge, indicators))
        why = message(f"linkage.reason.{reason}", language, indicators=unknown)
        return message("linkage.nothing_to_compare", language, reason=why, **titles)
    is_survey = set(SURVEY_KINDS) & {
        indicators[code]["measure"] for code in (edge.from_indicator, edge.to_indicator)
    }
    counted = message(f"linkage.counted.{'wave' if is_survey else period_type}", language)
    numbers = {"periods": overlap.periods, "areas": overlap.areas}
    return message("linkage.side_by_side", language, counted=counted, **numbers, **titles)


def _title(code: str, indicators: PublishedIndicators, language: str) -> str:
    return str(indicators[code][f"title_{language}"]) if code in indicators else code
