"""Protection gaps: areas by risk, presence and trust, with their reasons. Never of units."""

import pandas as pd

from dashboards.releases import Release


def protection_gaps(release: Release) -> pd.DataFrame:
    """One row an area and component of the newest month, as the mart has them."""
    sql = """
        SELECT * FROM mart.protection_gap
        QUALIFY period = max(period) OVER ()
        ORDER BY area, component
    """
    return release.frame(sql)
