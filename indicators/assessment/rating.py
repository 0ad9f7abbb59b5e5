"""Ratings: a value with its interval against the dated path from baseline to target.

The rules, in words (design §6, ux §3, definitions 12); the code below follows them in this order.

1. No rating: no target, a neutral direction, or a part of a breakdown. Targets are set for the
   mission. The mission as a whole is rated, and each area too where size does not matter (shares,
   means, medians, rates): it is held against the mission's path. A count of one area is not
   comparable with a count for the mission and has none.
2. What accumulates over a period (counts, sums, distinct counts, rates that are not annualised) is
   comparable only over one length of time. Its baseline and target stand for a quarter, or for the
   year where the indicator knows no quarter; in periods of another length it carries no target and
   no rating. Stocks, shares, means and medians are rated in every period.
3. no data: not reported (O) or no access (L).
4. not enough data: not computable (M), too imprecise (U), fewer cases than the indicator's own
   minimum (for values that rest on cases; a count of zero is a value), a period that is not over of
   something that accumulates, or one that the record holds only in part (definitions 49).
5. The path is linear between the dated baseline and the dated target, and read at the period's last
   day: before the baseline's date it is the baseline, after the target's date the target. Without
   a baseline, or with one that is not dated before the target, it is the target throughout.
6. achieved: the whole interval lies at or beyond the target, whatever the date. Without an
   interval (complete register) the value is its own interval.
7. on track: the value lies at the path, behind it by at most the tolerance, or better.
8. at risk: the value is behind by more than the tolerance, and its interval still reaches the
   path. A complete register: behind by at most twice the tolerance.
9. off track: the rest. The whole interval is behind the path.
10. Missing returns never help: a provisional value with returns outstanding, whose missing rows may
    make it worse, is at best "at risk". Reading of definitions 12: a total to which missing returns
    can only add (count, sum, rate) flatters where lower is better and not where higher is better:
    it is capped in the first case. A share, mean or median may move either way and is capped in
    both. What came in and lies off track stays off track: silence must not pay.
"""

from collections.abc import Mapping
from typing import Any

import duckdb

from indicators.definitions.mission_profile import Mission
from indicators.foundation.mart_tables import totals_sql
from indicators.foundation.messages import message

RATINGS = ("achieved", "on_track", "at_risk", "off_track", "not_enough_data", "no_data")
# A complete register is at risk, and not yet off track, up to this many times the tolerance.
REGISTER_MARGIN = 2
# A path is computed by multiplication: a value that stands on it must not fall off by rounding.
_ROUNDING = 1e-9


def rate(connection: duckdb.DuckDBPyConnection, mission: Mission) -> None:
    """Set `rating`, and the baseline and target it is held against, in `mart.indicator_value`.

    Reads `mart.indicator` (dates, tolerance, direction) and `mart.mission` (as-of date).
    """
    parameters = {"mission": mission.mission}
    connection.execute(
        "UPDATE mart.indicator_value SET rating = NULL WHERE mission = $mission", parameters
    )
    connection.execute(clear_targets_sql(), parameters)
    connection.execute(
        f"""
        UPDATE mart.indicator_value AS cell
        SET rating = rated.rating, baseline = rated.baseline, target = rated.target
        FROM ({rated_sql()}) AS rated
        WHERE cell.rowid = rated.cell_id
        """,
        parameters | {"country_area": mission.country_area},
    )


def rating_reason(value: Mapping[str, Any], language: str = "en") -> str:
    """Why a row of `mart.indicator_value` has its rating, as a sentence; empty where unrated.

    Reads `rating, ci_low, obs_status, returns_due, returns_received, n`.
    """
    rating = value.get("rating")
    if not _given(rating):
        return ""
    return message(f"rating.reason.{rating}{_variant(value, str(rating))}", language)


def _variant(value: Mapping[str, Any], rating: str) -> str:
    returns = (value.get("returns_received"), value.get("returns_due"))
    is_provisional = value.get("obs_status") == "P"
    if rating == "not_enough_data":
        return ".partial" if is_provisional else ""
    if rating == "at_risk" and is_provisional and all(map(_given, returns)):
        return ".missing_returns" if returns[0] < returns[1] else ""  # type: ignore[operator]
    has_register_words = rating in ("achieved", "at_risk", "off_track")
    return ".register" if has_register_words and not _given(value.get("ci_low")) else ""


def _given(value: Any) -> bool:
    """Neither None nor a missing value of pandas, which equals nothing, not even itself."""
    return value is not None and bool(value == value)


def clear_targets_sql() -> str:
    """Takes baselines and targets from periods of a length that they do not stand for."""
    return f"""
WITH held AS ({held_sql()})
UPDATE mart.indicator_value AS cell
SET baseline = CASE WHEN held.is_of_length THEN cell.baseline END,
  target = CASE WHEN held.is_of_length THEN cell.target END
FROM held
WHERE cell.rowid = held.cell_id AND coalesce(cell.baseline, cell.target) IS NOT NULL"""


def path_sql() -> str:
    """Where the path stands on a day, of `baseline_given, baseline_on, target_given, target_on`.

    The day is the column `period_end`. Pages that draw the path use this same expression.
    """
    share = """CASE
      WHEN baseline_given IS NULL OR baseline_on IS NULL OR target_on IS NULL
        OR baseline_on >= target_on THEN 1.0
      ELSE greatest(0.0, least(1.0, (period_end - baseline_on) / (target_on - baseline_on)))
    END"""
    return f"""target_given * ({share})
    + CASE WHEN ({share}) < 1 THEN baseline_given * (1 - ({share})) ELSE 0 END"""


def held_sql() -> str:
    """All cells with what their indicator says of targets. Parameter: mission."""
    return """
  SELECT cell.rowid AS cell_id, cell.*, indicator.measure, indicator.direction, indicator.min_n,
    indicator.baseline AS baseline_given, indicator.baseline_on,
    indicator.target AS target_given, indicator.target_on,
    coalesce(indicator.tolerance, 0) AS tolerance,
    indicator.measure IN ('count', 'sum', 'count_distinct', 'total') AS grows_with_size,
    indicator.measure IN ('count', 'sum', 'count_distinct', 'rate') AS only_grows,
    only_grows AND indicator.time_rule <> 'stock' AS accumulates,
    CASE WHEN list_contains(string_split(indicator.periods, '|'), 'Q') THEN 'Q'
      ELSE 'A' END AS target_period_type,
    NOT accumulates OR cell.period_type = target_period_type AS is_of_length,
    coalesce(cell.period_end > dated.as_of, false) AS is_running,
    -- A week goes with the month of its Thursday.
    CASE cell.period_type WHEN 'W' THEN date_trunc('month', cell.period_start + 3)
      ELSE cell.period_start END AS first_day,
    CASE cell.period_type WHEN 'W' THEN last_day(cell.period_start + 3)
      ELSE cell.period_end END AS last_day,
    coalesce(first_day < indicator.known_from, false)
      OR coalesce(last_day > indicator.known_to, false) AS is_partly_known
  FROM mart.indicator_value AS cell
  JOIN mart.indicator AS indicator
    ON indicator.mission = cell.mission AND indicator.indicator = cell.indicator
    AND indicator.version = cell.indicator_version
  LEFT JOIN (SELECT mission, max(as_of) AS as_of FROM mart.mission GROUP BY mission) AS dated
    ON dated.mission = cell.mission
  WHERE cell.mission = $mission"""


def rated_sql() -> str:
    """One row a rated cell: `cell_id, rating, baseline, target`. Parameters: mission, country_area.

    Everything is turned so that higher is better before it is compared.
    """
    return f"""
WITH held AS ({held_sql()}
),
comparable AS (
  SELECT *
  FROM held
  WHERE target_given IS NOT NULL AND direction IN ('up', 'down') AND is_of_length
    AND (area = $country_area OR NOT grows_with_size) AND {totals_sql()}
),
on_path AS (
  SELECT *, {path_sql()} AS path
  FROM comparable
),
turned AS (
  SELECT *,
    CASE direction WHEN 'up' THEN 1 ELSE -1 END AS sign,
    sign * value AS reached,
    sign * coalesce(CASE direction WHEN 'up' THEN ci_low ELSE ci_high END, value) AS worst,
    sign * coalesce(CASE direction WHEN 'up' THEN ci_high ELSE ci_low END, value) AS best,
    sign * target_given AS aim,
    sign * path AS expected,
    CASE WHEN ci_low IS NULL THEN {REGISTER_MARGIN} * tolerance ELSE 0 END AS margin,
    {_ROUNDING} * greatest(1, abs(target_given), abs(path)) AS rounding
  FROM on_path
),
judged AS (
  SELECT *, CASE
      WHEN obs_status IN ('O', 'L') THEN 'no_data'
      WHEN obs_status IN ('M', 'U') OR value IS NULL THEN 'not_enough_data'
      WHEN NOT only_grows AND n < min_n THEN 'not_enough_data'
      WHEN is_partly_known THEN 'not_enough_data'
      WHEN accumulates AND is_running THEN 'not_enough_data'
      WHEN worst >= aim - rounding THEN 'achieved'
      WHEN reached >= expected - tolerance - rounding THEN 'on_track'
      WHEN best >= expected - margin - rounding THEN 'at_risk'
      ELSE 'off_track'
    END AS by_value,
    -- A state rests on the newest returns, whatever those of the period.
    obs_status = 'P' AND (coalesce(returns_received < returns_due, NOT is_running)
        OR time_rule = 'stock' AND NOT is_running)
      AND (direction = 'down' OR NOT only_grows) AS is_flattered
  FROM turned
)
SELECT cell_id, baseline_given AS baseline, target_given AS target,
  CASE WHEN is_flattered AND by_value IN ('achieved', 'on_track') THEN 'at_risk'
    ELSE by_value END AS rating
FROM judged"""
