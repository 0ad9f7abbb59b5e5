"""Published values: totals, series, areas, breakdowns. Totals carry `_T` or `_Z` elsewhere."""

from collections.abc import Mapping

import pandas as pd

from dashboards.reading.releases import OWED_REPORTS, Release
from indicators.assessment.empty_reasons import facts_sql
from indicators.compiler.cells.breakdowns import parts_sql
from indicators.foundation.mart_tables import DIMENSIONS, totals_sql

_FILTERS = ("indicator", "period_type", "period", "area", "area_level")
_ORDER = "ORDER BY indicator, period_start, period_end, area, sex, age_group"


def _broken_down_sql(dimension: str) -> str:
    """Condition that this dimension, and no other, is not at its total."""
    others = [name for name in DIMENSIONS if name != dimension]
    return f"{totals_sql(dimensions=others)} AND NOT {totals_sql(dimensions=[dimension])}"


def _values(release: Release, filters: Mapping[str, str | None], condition: str) -> pd.DataFrame:
    wanted, given = _chosen(filters)
    cells = f"SELECT * FROM mart.indicator_value WHERE {condition} AND {wanted}"
    return release.frame(f"{facts_sql(cells, OWED_REPORTS)} {_ORDER}", given)


def _chosen(filters: Mapping[str, str | None]) -> tuple[str, list[str]]:
    """The condition of the filters that are given, and its parameters."""
    given = {name: found for name in _FILTERS if (found := filters.get(name)) is not None}
    return " AND ".join(f"{name} = ?" for name in given) or "true", list(given.values())


def totals(release: Release, **filters: str | None) -> pd.DataFrame:
    """Values over all units, actors, sexes and ages; filters: indicator, period, area …"""
    return _values(release, filters, totals_sql())


def all_cells(release: Release, indicator: str) -> pd.DataFrame:
    """Every cell of one indicator that the copy holds: all periods, areas and parts."""
    cells = "SELECT * FROM mart.indicator_value WHERE indicator = ?"
    order = ", ".join(DIMENSIONS)
    sql = f"{facts_sql(cells, OWED_REPORTS)} ORDER BY period_type, period_start, area, {order}"
    return release.frame(sql, [indicator])


def parts(release: Release, dimension: str, **filters: str | None) -> pd.DataFrame:
    """The same values by `sex` or `age_group`, parts at zero that have no row of their own too."""
    wanted, given = _chosen(filters)
    cells = f"""
        SELECT * FROM ({parts_sql(wanted)}) WHERE {_broken_down_sql(dimension)}
    """
    return release.frame(f"{facts_sql(cells, OWED_REPORTS)} {_ORDER}", given)


def kinds(release: Release, breakdown: str, **filters: str | None) -> pd.DataFrame:
    """The same values by the codes of a further breakdown, as `status_reason`."""
    wanted, given = _chosen(filters)
    others = [name for name in DIMENSIONS if not name.startswith("breakdown")]
    cells = f"""
        SELECT * FROM ({parts_sql(wanted)}) WHERE {totals_sql(dimensions=others)} AND breakdown = ?
    """
    return release.frame(
        f"{facts_sql(cells, OWED_REPORTS)} {_ORDER}, breakdown_value", [*given, breakdown]
    )


def grid(release: Release, indicator: str, dimension: str) -> pd.DataFrame:
    """Where the copy holds parts of an indicator by a dimension: area_level, period_type."""
    sql = """
        SELECT DISTINCT area_level, period_type FROM mart.breakdown_grid
        WHERE indicator = ? AND dimension = ?
        ORDER BY ALL
    """
    return release.frame(sql, [indicator, dimension])


def has_figures(release: Release) -> bool:
    """Whether any value of the release is known."""
    return not release.frame(
        "SELECT 1 AS one FROM mart.indicator_value WHERE value IS NOT NULL LIMIT 1"
    ).empty


def periods(release: Release) -> pd.DataFrame:
    """All periods with values, newest first: period_type, period, period_start, period_end."""
    sql = """
        SELECT DISTINCT period_type, period, period_start, period_end
        FROM mart.indicator_value
        ORDER BY period_end DESC, period_start DESC, period_type
    """
    return release.frame(sql)


def figures_by_period(release: Release, country: str) -> pd.DataFrame:
    """How many indicators have a figure for the whole mission: period, figures."""
    sql = f"""
        SELECT period, count(DISTINCT indicator) AS figures
        FROM mart.indicator_value
        WHERE area = ? AND value IS NOT NULL AND obs_status <> 'U' AND {totals_sql()}
        GROUP BY period
    """
    return release.frame(sql, [country])


def published(release: Release) -> pd.DataFrame:
    """For what the copy holds totals at all: indicator, period_type, area_level."""
    sql = f"""
        SELECT DISTINCT indicator, period_type, area_level
        FROM mart.indicator_value
        WHERE {totals_sql()}
        ORDER BY ALL
    """
    return release.frame(sql)


def area_levels(release: Release, period_type: str, period: str) -> pd.DataFrame:
    """By indicator and area level in a period: areas (count) and figures (count with a value)."""
    sql = f"""
        SELECT indicator, area_level, count(DISTINCT area) AS areas,
               count(DISTINCT area) FILTER (
                   value IS NOT NULL AND obs_status <> 'U'
               ) AS figures
        FROM mart.indicator_value
        WHERE period_type = ? AND period = ? AND {totals_sql()}
        GROUP BY indicator, area_level
        ORDER BY indicator, area_level
    """
    return release.frame(sql, [period_type, period])


def contributions(release: Release, indicator: str, period: str, area: str) -> pd.DataFrame:
    """Files whose rows count in one total cell: file, file_sha256, rows."""
    sql = """
        SELECT file, file_sha256, sum("rows") AS "rows"
        FROM mart.contribution
        WHERE indicator = ? AND period = ? AND area = ?
        GROUP BY file, file_sha256
        ORDER BY file
    """
    return release.frame(sql, [indicator, period, area])


def all_contributions(release: Release, indicator: str) -> pd.DataFrame:
    """Files whose rows count in an indicator: period, area, file, file_sha256, rows."""
    sql = """
        SELECT period, area, file, file_sha256, sum("rows") AS "rows"
        FROM mart.contribution
        WHERE indicator = ?
        GROUP BY ALL
        ORDER BY period, area, file, file_sha256
    """
    return release.frame(sql, [indicator])


def newest_figures(release: Release, area: str, period_type: str, until: str) -> dict[str, str]:
    """The newest period up to a day in which an area's total has a figure, by indicator."""
    sql = f"""
        SELECT indicator, max_by(period, period_end) AS period
        FROM mart.indicator_value
        WHERE area = ? AND period_type = ? AND period_end <= CAST(? AS DATE)
          AND value IS NOT NULL AND obs_status <> 'U' AND {totals_sql()}
        GROUP BY indicator
    """
    frame = release.frame(sql, [area, period_type, until])
    return dict(zip(frame["indicator"], frame["period"], strict=True))


def with_rows(release: Release) -> frozenset[str]:
    """The indicators in which a row of any file counts, in whatever period and area."""
    frame = release.frame("SELECT DISTINCT indicator FROM mart.contribution")
    return frozenset(frame["indicator"])
