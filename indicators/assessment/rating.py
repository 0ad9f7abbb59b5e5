"""Ratings: how probable it is that a value is at or beyond its path from baseline to target.

The rules, in words (definitions 12, 49, 65 to 67, 73); the code below follows them in this order.

1. No rating: no target, a neutral direction, or a part of a breakdown. Targets are set for the
   mission. The mission as a whole is rated, and each area too where size does not matter (shares,
   means, medians, rates): it is held against the mission's path. A count of one area is not
   comparable with a count for the mission and has none.
2. What accumulates over a period (counts, sums, distinct counts, rates that are not annualised) is
   held only against a target of its own length of period: `period_type` of the profile; where it
   says none, the quarter, or the year where the indicator knows no quarter. Stocks, shares, means
   and medians need none.
3. no data: not reported (O) or no access (L). not enough data: not computable (M), too imprecise
   (U), fewer cases than the indicator's own minimum (a count of zero is a value), or a period that
   the record does not hold from its first day (49) to its last, unless it is still running.
4. The path is linear between the dated baseline and the dated target: before the baseline's date
   it is the baseline, after the target's date the target; without a baseline, or with one that is
   not dated before the target, the target throughout. It is read at the period's last day; of a
   survey at its wave's last interview, so that one figure is rated alike in every period; of
   another running period at the last day that its data cover: the as-of day or the end of the
   record. What accumulates is then held against that share of
   path and target, and is achieved only if it has reached the whole target.
5. p: the probability of being at or beyond the target, and at or beyond the path less the
   tolerance, from the distribution behind the interval: t for surveys, gamma for counts of harm. A
   complete register is at one side: p is 0 or 1. That nothing happened meets a target of nothing.
6. Target first: achieved from .9 on, achieved, likely, from .67 on. Else the path: on track, likely
   on track, too close to call; at risk at .33 or less, off track at .1 or less. A complete register
   is at risk up to twice the tolerance behind. A mission may raise .9 and .67 (the others follow).
7. Where returns are missing, the rating is made twice: of a count with what came and with every
   silent area-month at the second highest (where up is better: second lowest) of its last twelve
   months, of a share with its silent months as its second best and as its second worst. On the
   same side of the path both times, it is the weaker of both, else too close to call. What nothing
   can be put in for (medians, stocks, areas below those that report) is at most likely.
"""

from collections.abc import Collection
from dataclasses import dataclass

import duckdb
import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.special import gammainc, stdtr

from indicators.assessment.changes.change_tests import Floats
from indicators.assessment.count_limits import per_sql, set_count_limits
from indicators.assessment.missing_returns import Filled, filled_figures
from indicators.assessment.total_cells import of_sql, set_columns
from indicators.definitions.mission_profile import Mission, Parameters
from indicators.foundation.mart_tables import (
    DIMENSIONS,
    GAMMA,
    RATING_COLUMNS,
    TREND_COLUMNS,
    totals_sql,
)
from indicators.survey.variance.intervals import t_quantile

# From the best side to the worst: each of both sides with its weaker form towards the middle.
JUDGED = (
    "achieved", "achieved_likely", "on_track", "on_track_likely", "too_close", "at_risk",
    "off_track",
)  # fmt: skip
RATINGS = (*JUDGED, "not_enough_data", "no_data")
# A complete register is at risk, and not yet off track, up to this many times the tolerance.
REGISTER_MARGIN = 2
# A path is computed by multiplication: a value that stands on it must not fall off by rounding.
_ROUNDING = 1e-9
MISSING_RETURNS, IN_PART, REGISTER = "missing_returns", "in_part", "register"

Flags = NDArray[np.bool_]


def rate(
    connection: duckdb.DuckDBPyConnection,
    mission: Mission,
    indicators: Collection[str] | None = None,
) -> None:
    """Set the limits of counts of harm, then RATING_COLUMNS, in `mart.indicator_value`; of these
    `indicators` alone, or of all.

    Reads `mart.indicator` (dates, tolerance, direction), `mart.area`, `mart.survey_response` and
    the as-of day of `mart.mission`.
    """
    set_count_limits(connection, mission, indicators)
    parameters = {"mission": mission.mission, "country_area": mission.country_area}
    held = connection.execute(held_sql(of_sql(indicators)), parameters).df()
    rated = _rated(connection, mission, held)
    set_columns(connection, mission, rated, RATING_COLUMNS, indicators)


def path_sql() -> str:
    """Where the path stands on the column `on_day`, by the columns of `_GOALS_SQL`."""
    share = """CASE
      WHEN baseline_given IS NULL OR baseline_on IS NULL OR target_on IS NULL
        OR baseline_on >= target_on THEN 1.0
      ELSE greatest(0.0, least(1.0, (on_day - baseline_on) / (target_on - baseline_on)))
    END"""
    return f"""target_given * ({share})
    + CASE WHEN ({share}) < 1 THEN baseline_given * (1 - ({share})) ELSE 0 END"""


# Targets of the indicator's own length of period, and those of others (`mission_profile.Held`).
_GOALS_SQL = """
  SELECT mission, indicator, version, baseline AS baseline_given, baseline_on,
    target AS target_given, target_on,
    coalesce(target_period_type, CASE
      WHEN list_contains(string_split(periods, '|'), 'Q') THEN 'Q' ELSE 'A' END) AS goal_type,
    true AS is_first
  FROM mart.indicator
  UNION ALL
  SELECT mission, indicator, version, goal.baseline, goal.baseline_on, goal.target, goal.target_on,
    goal.target_period_type, false
  FROM (
    SELECT mission, indicator, version, unnest(from_json(other_targets, '[{
      "baseline": "DOUBLE", "baseline_on": "DATE", "target": "DOUBLE", "target_on": "DATE",
      "target_period_type": "VARCHAR"}]')) AS goal
    FROM mart.indicator WHERE other_targets IS NOT NULL
  )
"""

# Of a cell no one looks at these, and each is a text of every row.
_NOT_READ = ", ".join((*DIMENSIONS, *RATING_COLUMNS, *TREND_COLUMNS))


def held_sql(where: str = "true") -> str:
    """Cells that are held against a baseline or target; `where`: of `cell`. Parameters: mission,
    country_area.

    `expected`, `aim`, `slack`: path, target and tolerance, of what accumulates the share of the
    period that its data cover.
    """
    return f"""
WITH dated AS (SELECT mission, max(as_of) AS as_of FROM mart.mission GROUP BY mission),
newest AS (
  SELECT period.* EXCLUDE (period_start, period_end), wave.instrument, max(last_on) AS last_on
  FROM (
    SELECT DISTINCT mission, period_type, period, period_start, period_end FROM mart.indicator_value
  ) AS period
  JOIN dated USING (mission)
  JOIN mart.survey_response AS wave ON wave.mission = period.mission
    AND wave.last_on BETWEEN period.period_start AND least(period.period_end, dated.as_of)
  GROUP BY ALL
),
cell AS (
  SELECT cell.rowid AS cell_id, cell.*, indicator.measure, indicator.direction, indicator.min_n,
    indicator.source, indicator.known_from, indicator.known_to,
    coalesce(indicator.tolerance, 0) AS tolerance,
    CASE indicator.measure WHEN 'rate' THEN {per_sql()} / cell.denominator ELSE 1 END AS per_case,
    indicator.measure IN ('count', 'sum', 'count_distinct', 'total') AS grows_with_size,
    indicator.measure IN ('count', 'sum', 'count_distinct', 'rate') AS adds_cases,
    adds_cases AND indicator.time_rule <> 'stock' AS accumulates,
    coalesce(cell.period_end > dated.as_of, false) AS is_running,
    least(cell.period_end, dated.as_of, CASE
        WHEN indicator.source LIKE 'survey%' THEN newest.last_on
        ELSE indicator.known_to END) AS covered_to,
    CASE WHEN is_running OR indicator.source LIKE 'survey%' THEN covered_to
      ELSE cell.period_end END AS on_day,
    -- A week goes with the month of its Thursday.
    CASE cell.period_type WHEN 'W' THEN date_trunc('month', cell.period_start + 3)
      ELSE cell.period_start END AS first_day,
    CASE cell.period_type WHEN 'W' THEN last_day(cell.period_start + 3)
      ELSE cell.period_end END AS last_day,
    coalesce(first_day < indicator.known_from, false)
      OR (NOT is_running AND coalesce(last_day > indicator.known_to, false))
      OR (is_running AND on_day < cell.period_start) AS is_partly_known
  FROM mart.indicator_value AS cell
  JOIN mart.indicator AS indicator
    ON indicator.mission = cell.mission AND indicator.indicator = cell.indicator
    AND indicator.version = cell.indicator_version
  LEFT JOIN dated ON dated.mission = cell.mission
  LEFT JOIN newest ON newest.mission = cell.mission AND newest.period_type = cell.period_type
    AND newest.period = cell.period AND newest.instrument
      = coalesce(json_extract_string(indicator.entry, '$.measure.instrument'), 'household')
  WHERE cell.mission = $mission AND {totals_sql("cell.")} AND {where}
),
goal AS ({_GOALS_SQL}),
held AS (
  SELECT cell.*, goal.*,
    CASE WHEN accumulates AND is_running
      THEN (on_day - period_start + 1) / (period_end - period_start + 1) ELSE 1 END AS covered
  FROM cell
  JOIN goal ON goal.mission = cell.mission AND goal.indicator = cell.indicator
    AND goal.version = cell.indicator_version
    AND CASE WHEN accumulates THEN goal.goal_type = cell.period_type ELSE is_first END
  WHERE coalesce(baseline_given, target_given) IS NOT NULL
    AND (area = $country_area OR (NOT grows_with_size AND direction <> 'neutral'))
)
SELECT * EXCLUDE ({_NOT_READ}), baseline_given AS baseline, target_given AS target,
  covered * ({path_sql()}) AS expected, covered * target_given AS aim, covered * tolerance AS slack
FROM held"""


@dataclass(frozen=True)
class _Sides:
    """How probable target and path are, and whether a register is a little behind the path."""

    target: Floats
    path: Floats
    is_near: Flags

    def weaker(self, other: "_Sides", cut: float) -> tuple["_Sides", Flags]:
        """Of two readings of one cell the less certain one, and where they lie on two sides."""
        ahead = (self.path >= cut) & (other.path >= cut)
        behind = (self.path <= 1 - cut) & (other.path <= 1 - cut)
        lower = np.minimum(self.path, other.path)
        path = np.where(behind, np.maximum(self.path, other.path), lower)
        both = _Sides(np.minimum(self.target, other.target), path, self.is_near | other.is_near)
        return both, ~(ahead | behind)


def _rated(
    connection: duckdb.DuckDBPyConnection, mission: Mission, held: pd.DataFrame
) -> pd.DataFrame:
    """`cell_id` and RATING_COLUMNS of all cells that are held against something."""
    place, probability, lacks_returns = _judgement(connection, mission, held)
    rating = np.array(JUDGED, dtype=object)[place]
    unrated = _unrated(held)
    rating[unrated != ""] = unrated[unrated != ""]
    is_directed = held["direction"].isin(["up", "down"]).to_numpy()
    rating[~(np.isfinite(_numbers(held, "target")) & is_directed)] = None
    is_judged = np.isin(rating.astype(str), JUDGED)
    is_register = held["ci_low"].isna().to_numpy()
    reason = np.select(
        [is_judged & lacks_returns, is_judged & is_register, _is_in_part(held, rating)],
        [MISSING_RETURNS, REGISTER, IN_PART],
        "",
    ).astype(object)
    reason[reason == ""] = None
    return held[["cell_id", "baseline", "target", "expected"]].assign(
        rating=rating,
        rating_probability=np.where(is_judged, probability, np.nan),
        rating_reason=reason,
    )


def _judgement(
    connection: duckdb.DuckDBPyConnection, mission: Mission, held: pd.DataFrame
) -> tuple[NDArray[np.int64], Floats, Flags]:
    """By cell its place in JUDGED, the probability behind it, and whether returns are missing."""
    cuts, up = mission.parameters, held["direction"].ne("down").to_numpy()
    value, target = _numbers(held, "value"), _numbers(held, "target")
    filled = filled_figures(connection, mission, _with_missing(held))
    is_filled = held["cell_id"].isin(filled["cell_id"]).to_numpy()
    first, second = (_read(held, values, up) for values in _readings(held, value, filled))
    sides, is_open = first.weaker(second, cuts.rating_likely)
    is_open &= is_filled
    place = _judged(
        sides,
        held["ci_low"].isna().to_numpy(),
        _flags(held, "accumulates") & _flags(held, "is_running"),
        np.where(up, value >= target, value <= target),
        cuts,
    )
    place = np.where(is_open, JUDGED.index("too_close"), place)
    is_capped = _is_capped(held) & ~is_filled
    place = np.where(is_capped, _capped(place), place)
    # Of two readings on two sides no one probability speaks.
    probability = np.where(place <= 1, sides.target, sides.path)
    return place, np.where(is_open, np.nan, probability), is_filled | is_capped


def _numbers(held: pd.DataFrame, name: str) -> Floats:
    return np.asarray(pd.to_numeric(held[name]).to_numpy(dtype=np.float64))


def _flags(held: pd.DataFrame, name: str) -> Flags:
    return np.asarray(held[name].to_numpy(dtype=bool))


def _missing(held: pd.DataFrame) -> Flags:
    return _numbers(held, "returns_received") < _numbers(held, "returns_due")


def _unrated(held: pd.DataFrame) -> NDArray[np.object_]:
    """Why a cell cannot be held against its path; empty where it can."""
    few = ~_flags(held, "adds_cases") & (_numbers(held, "n") < _numbers(held, "min_n"))
    lacking = held["obs_status"].isin(["M", "U"]) | held["value"].isna() | few
    return np.select(
        [
            held["obs_status"].isin(["O", "L"]).to_numpy(),
            lacking.to_numpy() | _flags(held, "is_partly_known"),
        ],
        ["no_data", "not_enough_data"],
        "",
    ).astype(object)


def _is_in_part(held: pd.DataFrame, rating: NDArray[np.object_]) -> Flags:
    is_unrated = rating.astype(str) == "not_enough_data"
    return np.asarray(is_unrated & held["obs_status"].eq("P").to_numpy())


# Missing returns ----------------------------------------------------------------------------------


def _with_missing(held: pd.DataFrame) -> pd.DataFrame:
    """Cells for which something can be put in for the months that are missing."""
    fills = held["adds_cases"] | held["measure"].eq("ratio")
    told = held["obs_status"].eq("P") & held["value"].notna() & held["time_rule"].ne("stock")
    return held[_missing(held) & fills & told & held["target"].notna()]


def _is_capped(held: pd.DataFrame) -> Flags:
    """Whether returns are missing, or may be: a state rests on the newest ones of each area."""
    may_lack = (held["time_rule"].eq("stock") | held["returns_due"].isna()).to_numpy()
    is_lacking = _missing(held) | (may_lack & ~_flags(held, "is_running"))
    return np.asarray(held["obs_status"].eq("P").to_numpy() & is_lacking)


def _capped(judged: NDArray[np.int64]) -> NDArray[np.int64]:
    """Full marks in their weaker form."""
    weaker = {"achieved": "achieved_likely", "on_track": "on_track_likely", "off_track": "at_risk"}
    places = [JUDGED.index(weaker.get(name, name)) for name in JUDGED]
    return np.asarray(np.array(places)[judged])


def _readings(
    held: pd.DataFrame, value: Floats, filled: pd.DataFrame
) -> tuple[tuple[Floats, Floats], tuple[Floats, Floats]]:
    """Value and cases of each cell twice: as they are, or with what may be missing put in."""
    cases = np.where(np.isfinite(_numbers(held, "numerator")), _numbers(held, "numerator"), value)
    found = filled.set_index("cell_id").reindex(held["cell_id"])
    is_filled = held["cell_id"].isin(filled["cell_id"]).to_numpy()

    def reading(which: Filled) -> tuple[Floats, Floats]:
        figures = (found[f"{which}_{name}"].to_numpy(dtype=float) for name in ("value", "cases"))
        one, other = figures
        return np.where(is_filled, one, value), np.where(is_filled, other, cases)

    return reading("first"), reading("second")


# Probabilities ------------------------------------------------------------------------------------


def _read(held: pd.DataFrame, figures: tuple[Floats, Floats], up: Flags) -> _Sides:
    """On which side of target and path one reading of each cell lies."""
    sign = np.where(up, 1.0, -1.0)
    expected, slack, aim = (_numbers(held, name) for name in ("expected", "slack", "aim"))
    path = expected - sign * slack
    near = expected - sign * REGISTER_MARGIN * slack
    gap = sign * (figures[0] - near)
    is_near = gap >= -_ROUNDING * np.fmax(1, np.abs(expected))
    return _Sides(_beyond(held, figures, aim, up), _beyond(held, figures, path, up), is_near)


def _beyond(held: pd.DataFrame, figures: tuple[Floats, Floats], line: Floats, up: Flags) -> Floats:
    """The probability that what a value stands for is at or beyond a line."""
    value, cases = figures
    rounding = _ROUNDING * np.fmax(1, np.abs(line))
    at_or_beyond = np.where(up, value >= line - rounding, value <= line + rounding)
    as_it_is = np.where(np.isfinite(value), at_or_beyond.astype(float), np.nan)
    is_count = held["method"].eq(GAMMA).to_numpy() & held["ci_low"].notna().to_numpy()
    is_estimate = held["ci_low"].notna().to_numpy() & ~is_count
    found = np.where(is_estimate, _of_estimate(held, value, line, up), as_it_is)
    # Nothing can be fewer than none: whether none happened is what a target of none asks.
    return np.where(is_count & (line > 0), _of_count(held, cases, line, up), found)


def _of_count(held: pd.DataFrame, cases: Floats, line: Floats, up: Flags) -> Floats:
    """By the gamma distribution of the effective count (`foundation.statistics.count_limits`)."""
    phi = np.fmax(_numbers(held, "deff"), 1.0)
    with np.errstate(invalid="ignore", divide="ignore"):
        below = gammainc(cases / phi + 0.5, np.maximum(line, 0) / _numbers(held, "per_case") / phi)
    return np.asarray(np.where(up, 1 - below, below))


def _of_estimate(held: pd.DataFrame, value: Floats, line: Floats, up: Flags) -> Floats:
    """By Student's t, with the standard error of that side of the interval that faces the line."""
    low, high, df = (_numbers(held, name) for name in ("ci_low", "ci_high", "df"))
    degrees = np.where(df >= 1, df, 1.0)
    arm = np.where(line < value, value - low, high - value) / t_quantile(degrees, 0.95)
    with np.errstate(invalid="ignore", divide="ignore"):
        t = (value - line) / arm
    t = np.where(arm > 0, t, np.where(value >= line, np.inf, -np.inf))
    above = stdtr(degrees, t)
    return np.asarray(np.where(up, above, 1 - above))


def _judged(
    sides: _Sides, is_register: Flags, may_grow: Flags, is_reached: Flags, cuts: Parameters
) -> NDArray[np.int64]:
    """The place of each rating in JUDGED."""
    full, likely = cuts.rating_full, cuts.rating_likely
    # What may still grow has achieved its target only once it has reached all of it.
    counts_as_achieved = ~may_grow | is_reached
    names = np.select(
        [
            counts_as_achieved & (sides.target >= full),
            counts_as_achieved & (sides.target >= likely),
            sides.path >= full,
            sides.path >= likely,
            is_register & (sides.path < 1 - full) & sides.is_near,
            sides.path <= 1 - full + _ROUNDING,
            sides.path <= 1 - likely + _ROUNDING,
        ],
        ["achieved", "achieved_likely", "on_track", "on_track_likely", "at_risk", "off_track",
         "at_risk"],
        "too_close",
    )  # fmt: skip
    return np.array([JUDGED.index(name) for name in names], dtype=np.int64)
