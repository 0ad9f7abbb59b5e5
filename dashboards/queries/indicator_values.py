"""Published values: totals, series, areas, breakdowns. Totals carry `_T` or `_Z` elsewhere."""

from collections.abc import Mapping

import pandas as pd

from dashboards.releases import Release
from indicators.values import DIMENSIONS

_FILTERS = ("indicator", "period_type", "period", "area", "area_level")


def _totals_sql(open_dimension: str | None) -> str:
    """Condition that every dimension but one is at its total, and that one is not."""
    closed = [f"{name} IN ('_T', '_Z')" for name in DIMENSIONS if name != open_dimension]
    opened = [f"{open_dimension} NOT IN ('_T', '_Z')"] if open_dimension else []
    return " AND ".join(closed + opened)


def _values_sql(filters: Mapping[str, str | None], open_dimension: str | None) -> str:
    wanted = [f"{name} = ?" for name in _FILTERS if filters.get(name) is not None]
    return f"""
        SELECT *
        FROM mart.indicator_value
        WHERE {" AND ".join([_totals_sql(open_dimension), *wanted])}
        ORDER BY indicator, period_start, period_end, area, sex, age_group
    """


def totals(release: Release, **filters: str | None) -> pd.DataFrame:
    """Values over all units, actors, sexes and ages; filters: indicator, period, area …"""
    given = [filters[name] for name in _FILTERS if filters.get(name) is not None]
    return release.frame(_values_sql(filters, None), given)


def by_sex(release: Release, **filters: str | None) -> pd.DataFrame:
    """The same values for each sex."""
    given = [filters[name] for name in _FILTERS if filters.get(name) is not None]
    return release.frame(_values_sql(filters, "sex"), given)


def by_age_group(release: Release, **filters: str | None) -> pd.DataFrame:
    """The same values for each age group."""
    given = [filters[name] for name in _FILTERS if filters.get(name) is not None]
    return release.frame(_values_sql(filters, "age_group"), given)


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
        WHERE area = ? AND value IS NOT NULL AND obs_status <> 'U' AND {_totals_sql(None)}
        GROUP BY period
    """
    return release.frame(sql, [country])


def period_types(release: Release, indicator: str) -> set[str]:
    """The kinds of period for which an indicator has rows."""
    sql = "SELECT DISTINCT period_type FROM mart.indicator_value WHERE indicator = ?"
    return set(release.frame(sql, [indicator])["period_type"])


def area_levels(release: Release, period_type: str, period: str) -> pd.DataFrame:
    """By indicator and area level in a period: areas (count) and figures (count with a value)."""
    sql = f"""
        SELECT indicator, area_level, count(DISTINCT area) AS areas,
               count(DISTINCT area) FILTER (
                   value IS NOT NULL AND obs_status <> 'U' AND conf_status = 'F'
               ) AS figures
        FROM mart.indicator_value
        WHERE period_type = ? AND period = ? AND {_totals_sql(None)}
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
