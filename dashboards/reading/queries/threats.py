"""Violence with and without a warning, responses, operations and plans, and what is pending."""

from collections.abc import Sequence

import pandas as pd

from dashboards.reading.releases import Release


def early_warning(release: Release) -> pd.DataFrame:
    """Incidents by quarter and area: warned, without_warning, not_answered; newest first."""
    sql = "SELECT * FROM mart.early_warning ORDER BY quarter DESC, area"
    return release.frame(sql)


def threat_response(release: Release, quarter: str, area: str) -> pd.DataFrame:
    """A row a threat and tier (`_T`: all tiers), the highest assessed risk first."""
    sql = """
        SELECT * FROM mart.threat_response WHERE quarter = ? AND area = ?
        ORDER BY risk DESC NULLS LAST, areas_assessed DESC, threat_type, tier
    """
    return release.frame(sql, [quarter, area])


def alerts_without_action(release: Release, quarters: Sequence[str], area: str) -> pd.DataFrame:
    """Alerts received in these quarters that nobody acted on: reason, alerts; most first."""
    sql = """
        SELECT reason, sum(alerts) AS alerts FROM mart.alert_without_action
        WHERE list_contains(string_split(?, ','), quarter) AND area = ?
        GROUP BY reason ORDER BY alerts DESC, reason
    """
    return release.frame(sql, [",".join(quarters), area])


def hot_spots(release: Release) -> pd.DataFrame:
    """The hot spots of the as-of day by priority, in each the longest without a visit first."""
    sql = """
        SELECT * FROM mart.hot_spot
        ORDER BY priority NULLS LAST, coalesce(last_visit_on, valid_from), hot_spot_code
    """
    return release.frame(sql)


ALERTS, REVIEWS = "alert_response", "after_action_review"
KILLING = "killing"  # the kind of incident
INSIDE = """WITH RECURSIVE inside AS (
    SELECT area_code FROM mart.area WHERE area_code = ?
    UNION
    SELECT below.area_code
    FROM mart.area AS below JOIN inside ON below.parent_area_code = inside.area_code
)"""


def pending(release: Release, kind: str, area: str) -> pd.DataFrame:
    """The cases of a kind in an area and those below it: of alerts the highest level first, then
    the longest pending.

    `since`, `due_at`: UTC.
    """
    sql = f"""
        {INSIDE}
        SELECT own.* FROM mart.pending_action AS own JOIN inside ON inside.area_code = own.area
        WHERE kind = ?
        ORDER BY list_position(['high', 'medium', 'low'], level), since, area, type
    """
    return release.frame(sql, [area, kind])


def review_candidates(release: Release, area: str) -> pd.DataFrame:
    """Incidents that need a review or may need one, in an area and below; the newest first.

    Headquarters' copy has no code of an incident.
    """
    sql = f"""
        {INSIDE}
        SELECT own.* FROM mart.review_candidate AS own JOIN inside ON inside.area_code = own.area
        ORDER BY ALL
    """
    return release.frame(sql, [area]).sort_values(
        ["occurred_on", "area"], ascending=[False, True], kind="stable"
    )


def operations(release: Release) -> pd.DataFrame:
    """Each operation with its review, newest first."""
    sql = "SELECT * FROM mart.operation ORDER BY started_on DESC, operation_code"
    return release.frame(sql)


def base_plans(release: Release) -> pd.DataFrame:
    """A row a base and kind of plan; nulls: never reviewed, never exercised."""
    sql = "SELECT * FROM mart.base_plan ORDER BY base_name, area, plan_kind"
    return release.frame(sql)
