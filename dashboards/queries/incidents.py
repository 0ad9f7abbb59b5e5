"""Incidents against civilians, one by one: in the mission's copy alone."""

from datetime import date

import pandas as pd

from dashboards.queries.pending import INSIDE
from dashboards.releases import Release


def events(release: Release, area: str, start: date, end: date) -> pd.DataFrame:
    """The incidents of an area and those below it from start to end, the newest first.

    Columns as `mart.incident`: `warned` and `is_near_base` are null where that is not known.
    """
    sql = f"""
        {INSIDE}
        SELECT own.* FROM mart.incident AS own JOIN inside ON inside.area_code = own.area
        WHERE occurred_on BETWEEN ? AND ?
        ORDER BY occurred_on DESC, own.area, incident_code
    """
    return release.frame(sql, [area, start.isoformat(), end.isoformat()])
