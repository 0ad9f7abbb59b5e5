"""What is known of each area for protection gaps: incidents, presence, reach, trust, cost.

Frames of figures only; ranking them and wording reasons do not belong here
(`ranking.py`, `table.py`). Patrols are read from `logged_activity`
(`activities.py`).
"""

from dataclasses import dataclass
from datetime import date, timedelta

import duckdb
import numpy as np
import pandas as pd
from scipy.special import bdtr

from indicators.definitions.mission_profile import Mission
from indicators.definitions.sharing.audiences import LEAST_CASES
from indicators.foundation.mart_tables import TOO_IMPRECISE, totals_sql
from indicators.foundation.periods import add_months
from indicators.foundation.sql_text import sql_file
from indicators.linkage.methods.activities import EFFORT
from indicators.linkage.protection_gaps.reach import reach

COMPONENTS = ("police", "military")  # beside each other; civilians patrol with neither
TRUST_INDICATORS = {"trust_un_police": "P1-OC-07", "trust_host_police": "P3-OC-02"}
COST_MONTHS = 12
COSTS = (*EFFORT, "hours")
FEW_PATROLS = 6  # below this the median of a patrol's cost has no 95 % interval
_CONFIDENCE = 0.95


@dataclass(frozen=True)
class Window:
    """The days of one assessment: `month` is the last month that is over on `as_of`."""

    as_of: date
    month: date
    first_month: date

    @property
    def months(self) -> int:
        """Months from the first to the last, both counted."""
        years = self.month.year - self.first_month.year
        return years * 12 + self.month.month - self.first_month.month + 1


@dataclass(frozen=True)
class Facts:
    """Everything that rows of `mart.protection_gap` are made of; frames as their readers give them.

    `incidents`: areas × months, NaN where nothing was reported. `closed`: areas without access.
    """

    span: Window
    country_area: str
    areas: tuple[str, ...]
    incidents: np.ndarray
    closed: tuple[str, ...]
    presence: pd.DataFrame
    trust: pd.DataFrame
    costs: pd.DataFrame
    reach: pd.DataFrame
    reach_km: float


def read_facts(
    connection: duckdb.DuckDBPyConnection, mission: Mission, as_of: date
) -> Facts | None:
    """What is known on `as_of`; None without two areas of one level or a month that is over."""
    span, areas = window(mission, as_of), ranked_areas(connection)
    if not areas or span.months < 1:
        return None
    reach_km = mission.parameters.base_reach_km
    return Facts(
        span,
        mission.country_area,
        tuple(areas),
        incidents=incident_counts(connection, areas, span),
        closed=tuple(sorted(areas_without_access(connection, span))),
        presence=presence(connection, span),
        trust=trust(connection, mission, span),
        costs=patrol_costs(connection, span),
        reach=reach(connection, as_of, reach_km),
        reach_km=reach_km,
    )


def window(mission: Mission, as_of: date) -> Window:
    """From the mission's first month to the last one that is over."""
    month = (as_of + timedelta(days=1)).replace(day=1) - timedelta(days=1)
    return Window(as_of, month.replace(day=1), mission.starts_on.replace(day=1))


def ranked_areas(connection: duckdb.DuckDBPyConnection) -> list[str]:
    """Areas of the finest administrative level that has more than one, by code."""
    rows = connection.execute(
        """
        WITH counted AS (
          SELECT area_level, level_rank, count(*) AS areas FROM cube.area
          WHERE area_level IN ('admin1', 'admin2', 'admin3') GROUP BY ALL HAVING count(*) > 1
        )
        SELECT area_code FROM cube.area
        WHERE area_level = (SELECT arg_max(area_level, level_rank) FROM counted)
        ORDER BY area_code"""
    ).fetchall()
    return [code for (code,) in rows]


def incident_counts(
    connection: duckdb.DuckDBPyConnection, areas: list[str], span: Window
) -> np.ndarray:
    """Incidents against civilians, areas × months; NaN where the calendar shows no return.

    Counts what is dated to the month or better and placed in the area or below. Without a reporting
    calendar for incidents the record ends with the newest one: later months are unknown.
    """
    counts = np.zeros((len(areas), span.months))
    for area, month, incidents in _incidents(connection, areas, span):
        counts[areas.index(area), month] = incidents
    known = _months_with_returns(connection, span)
    if known is None:
        ended = np.flatnonzero(counts.any(axis=0))
        counts[:, ended.max() + 1 if len(ended) else 0 :] = np.nan
        return counts
    reported = np.zeros(counts.shape, dtype=bool)
    for area, month in known:
        if area in areas:
            reported[areas.index(area), month] = True
    return np.where(reported | (counts > 0), counts, np.nan)


def _incidents(
    connection: duckdb.DuckDBPyConnection, areas: list[str], span: Window
) -> list[tuple[str, int, int]]:
    return connection.execute(
        """
        SELECT up.area, date_diff('month', $first, occurred_on) AS month, count(*)
        FROM core.incidents AS incident
        JOIN cube.area_place AS place USING (area_code, location_precision)
        JOIN cube.area_ancestor AS up ON up.area_code = place.area
        WHERE against_civilians AND date_precision IN ('day', 'week', 'month')
          AND occurred_on >= $first AND occurred_on <= last_day($last)
          AND list_contains($areas, up.area)
        GROUP BY ALL ORDER BY ALL""",
        {"first": span.first_month, "last": span.month, "areas": areas},
    ).fetchall()


def _months_with_returns(
    connection: duckdb.DuckDBPyConnection, span: Window
) -> set[tuple[str, int]] | None:
    """(area, month that is over) with some return of incidents; None without a calendar."""
    rows = connection.execute(
        """
        SELECT up.area, date_diff('month', $first, "month"),
          bool_or(status IN ('submitted', 'nil'))
        FROM mart.return_status AS own JOIN cube.area_ancestor AS up ON up.area_code = own.area
        WHERE source = 'incidents' AND "month" BETWEEN $first AND $last GROUP BY ALL""",
        {"first": span.first_month, "last": span.month},
    ).fetchall()
    return {(area, month) for area, month, has_come in rows if has_come} if rows else None


def presence(connection: duckdb.DuckDBPyConnection, span: Window) -> pd.DataFrame:
    """Days since the last completed patrol: area, component, covered_on, days, days_as_of.

    `days` count to `covered_on`, the last day of the newest month of which all returns of the area
    have come from units of the component (of the newest activity where none are due); NaN
    where no such month is known, 0 where a later patrol is on record. `days_as_of` count to the
    as-of day. `days_long_range`: as `days`.
    """
    return connection.execute(
        sql_file(__file__, "presence"),
        {"as_of": span.as_of, "month": span.month},
    ).df()


def areas_without_access(connection: duckdb.DuckDBPyConnection, span: Window) -> set[str]:
    """Areas for which every return of the last month, of whatever source, says: no access."""
    rows = connection.execute(
        """
        SELECT up.area
        FROM mart.return_status AS own JOIN cube.area_ancestor AS up ON up.area_code = own.area
        WHERE own."month" = $month AND own.status <> 'not_due'
        GROUP BY up.area HAVING bool_and(own.status = 'no_access')""",
        {"month": span.month},
    ).fetchall()
    return {area for (area,) in rows}


def trust(connection: duckdb.DuckDBPyConnection, mission: Mission, span: Window) -> pd.DataFrame:
    """The latest survey figure: indicator, area, period, value, se, ci_low, ci_high, n, status.

    Few answers are imprecise ones: no more is told of them here than in the mission's copy.
    """
    return connection.execute(
        f"""
        SELECT indicator, area, period, value, se, ci_low, ci_high, n::DOUBLE AS n,
          CASE WHEN n < {LEAST_CASES} THEN '{TOO_IMPRECISE}' ELSE obs_status END AS obs_status
        FROM mart.indicator_value
        WHERE mission = $mission AND list_contains($indicators, indicator)
          AND period_type = 'Q' AND period_end <= last_day(CAST($month AS DATE) + INTERVAL 3 MONTH)
          AND period_start <= $as_of AND value IS NOT NULL
          AND {totals_sql()}
        QUALIFY period_start = max(period_start) OVER (PARTITION BY indicator)
        ORDER BY indicator, area""",
        {
            "mission": mission.mission,
            "indicators": list(TRUST_INDICATORS.values()),
            "month": span.month,
            "as_of": span.as_of,
        },
    ).df()


def patrol_costs(connection: duckdb.DuckDBPyConnection, span: Window) -> pd.DataFrame:
    """Median cost of a patrol there: area, component, is_long_range, measure, n, value, low, high.

    Completed patrols of the last twelve months, long-range ones where there are six of them, all
    otherwise. The interval of the median is that of order statistics (no distribution assumed).
    """
    rows = connection.execute(
        """
        SELECT area, component, coalesce(is_long_range, false) AS is_long_range,
          person_days, nights, km, hours
        FROM logged_activity
        WHERE activity_type = 'patrol' AND status = 'completed'
          AND started_on_local BETWEEN $first AND $as_of
        ORDER BY ALL""",
        {"first": add_months(span.month, 1 - COST_MONTHS), "as_of": span.as_of},
    ).df()
    found = []
    for (area, component), group in rows.groupby(["area", "component"], sort=True):
        long_range = group[group["is_long_range"]]
        is_long_range = len(long_range) >= FEW_PATROLS
        for measure in COSTS:
            values = (long_range if is_long_range else group)[measure].dropna().to_numpy()
            found.append((area, component, is_long_range, measure, *_median(values)))
    columns = ["area", "component", "is_long_range", "measure", "n", "value", "low", "high"]
    return pd.DataFrame(found, columns=columns)


def _median(values: np.ndarray) -> tuple[int, float, float, float]:
    """(n, median, low, high): the narrowest order statistics that hold it in 95 % or more."""
    count = len(values)
    if count < FEW_PATROLS:
        return count, float("nan"), float("nan"), float("nan")
    ordered = np.sort(values)
    chances = bdtr(np.arange(count + 1), count, 0.5)
    place = int(np.searchsorted(chances, (1 - _CONFIDENCE) / 2))  # counted from each end
    return count, float(np.median(ordered)), float(ordered[place - 1]), float(ordered[-place])
