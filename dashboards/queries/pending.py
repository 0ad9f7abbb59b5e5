"""What is pending: alerts without a recorded response, reviews due, candidates for review."""

import pandas as pd

from dashboards.releases import Release

ALERTS, REVIEWS = "alert_response", "after_action_review"
INSIDE = """WITH RECURSIVE inside AS (
    SELECT area_code FROM mart.area WHERE area_code = ?
    UNION
    SELECT below.area_code
    FROM mart.area AS below JOIN inside ON below.parent_area_code = inside.area_code
)"""


def pending(release: Release, kind: str, area: str) -> pd.DataFrame:
    """The cases of a kind in an area and those below it, longest pending first.

    `since`, `due_at`: UTC.
    """
    sql = f"""
        {INSIDE}
        SELECT own.* FROM mart.pending_action AS own JOIN inside ON inside.area_code = own.area
        WHERE kind = ?
        ORDER BY since, area, type
    """
    return release.frame(sql, [area, kind])


def review_candidates(release: Release, area: str) -> pd.DataFrame:
    """Incidents that need a review or may need one, in an area and below; the oldest first.

    Headquarters' copy has no code of an incident.
    """
    sql = f"""
        {INSIDE}
        SELECT own.* FROM mart.review_candidate AS own JOIN inside ON inside.area_code = own.area
        ORDER BY ALL
    """
    return release.frame(sql, [area]).sort_values(["occurred_on", "area"], kind="stable")
