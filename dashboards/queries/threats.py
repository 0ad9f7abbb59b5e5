"""Threats: violence with and without a warning, the response by tier, hot spots."""

from collections.abc import Sequence

import pandas as pd

from dashboards.releases import Release


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
