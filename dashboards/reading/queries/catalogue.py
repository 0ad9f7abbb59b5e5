"""What each indicator means, and the mission that a release is about."""

from typing import Any

import pandas as pd

from dashboards.reading.releases import Release
from dashboards.reading.rows import rows_of


def indicators(release: Release) -> pd.DataFrame:
    """All indicators of the mission by their newest version, in the order of their codes."""
    sql = """
        SELECT * FROM mart.indicator
        QUALIFY version = max(version) OVER (PARTITION BY indicator)
        ORDER BY indicator
    """
    return release.frame(sql)


def versions(release: Release, indicator: str) -> pd.DataFrame:
    """All published versions of one indicator's definition, the oldest first."""
    sql = "SELECT * FROM mart.indicator WHERE indicator = ? ORDER BY version"
    return release.frame(sql, [indicator])


def changed_definitions(release: Release) -> pd.DataFrame:
    """The versions of indicators whose definition changed, by code and version; one that another
    followed before the mission has any figure defines nothing here."""
    sql = """
        SELECT * EXCLUDE until FROM (
          SELECT *, lead(effective_from) OVER (PARTITION BY indicator ORDER BY version) AS until
          FROM mart.indicator
        )
        WHERE coalesce(until > known_from, true)
        QUALIFY count(*) OVER (PARTITION BY indicator) > 1
        ORDER BY indicator, version
    """
    return release.frame(sql)


def mission(release: Release) -> dict[str, Any]:
    """The mission's one row. Raises IndexError where a release has none."""
    frame = release.frame("SELECT * FROM mart.mission ORDER BY mission LIMIT 1")
    return rows_of(frame)[0]


def release_facts(release: Release) -> dict[str, Any]:
    """What the release says of itself; nothing where its copy holds no such table."""
    if "release" not in release.tables:
        return {}
    return rows_of(release.frame("SELECT * FROM mart.release LIMIT 1"))[0]


def areas(release: Release) -> pd.DataFrame:
    """All areas, country first: area_code, parent_area_code, area_level, names, geometry."""
    return release.frame("SELECT * FROM mart.area ORDER BY area_level, area_code")


def bases(release: Release, on: str) -> pd.DataFrame:
    """Bases in use on a day; none where the audience's release has no such table."""
    if "base" not in release.tables:
        return pd.DataFrame(columns=["base_name", "area", "latitude", "longitude", "component"])
    sql = """
        SELECT base_name, area, latitude, longitude,
               string_agg(DISTINCT component, '|' ORDER BY component) AS component
        FROM mart.base
        WHERE from_on <= CAST(? AS DATE) AND (to_on IS NULL OR to_on >= CAST(? AS DATE))
        GROUP BY base_name, area, latitude, longitude
        ORDER BY base_name, latitude, longitude
    """
    return release.frame(sql, [on, on])
