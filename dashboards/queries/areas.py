"""Areas with their outlines, and the mission's bases."""

import pandas as pd

from dashboards.releases import Release


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
