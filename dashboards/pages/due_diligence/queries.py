"""Risk assessments before support, and what was passed on to MARA and MRM, by quarter."""

from collections.abc import Sequence

import pandas as pd

from dashboards.releases import Release

_IN = "list_contains(string_split(?, ','), quarter)"


def assessments(release: Release, quarters: Sequence[str], area: str) -> pd.DataFrame:
    """A row an actor: assessments and followed_up of the quarters, overdue of all up to now."""
    sql = f"""
        SELECT host_state_actor,
            CAST(sum(assessments) FILTER ({_IN}) AS BIGINT) AS assessments,
            CAST(sum(followed_up) FILTER ({_IN}) AS BIGINT) AS followed_up,
            CAST(sum(overdue) AS BIGINT) AS overdue
        FROM mart.due_diligence WHERE area = ? GROUP BY ALL ORDER BY host_state_actor
    """
    chosen = ",".join(quarters)
    return release.frame(sql, [chosen, chosen, area]).fillna({"assessments": 0, "followed_up": 0})


def findings(release: Release, quarters: Sequence[str], area: str) -> pd.DataFrame:
    """The same by decision; nothing in a copy that may not show what was found."""
    if "due_diligence_finding" not in release.tables:
        return pd.DataFrame()
    sql = f"""
        SELECT decision,
            CAST(sum(assessments) FILTER ({_IN}) AS BIGINT) AS assessments,
            CAST(sum(followed_up) FILTER ({_IN}) AS BIGINT) AS followed_up,
            CAST(sum(overdue) AS BIGINT) AS overdue
        FROM mart.due_diligence_finding WHERE area = ? GROUP BY ALL ORDER BY decision
    """
    chosen = ",".join(quarters)
    return release.frame(sql, [chosen, chosen, area]).fillna({"assessments": 0, "followed_up": 0})


def referrals(release: Release, quarters: Sequence[str], area: str) -> pd.DataFrame:
    """A row a quarter and mechanism, the newest first; nothing where a copy may not show them."""
    if "monitoring_referral" not in release.tables:
        return pd.DataFrame()
    sql = f"""SELECT * FROM mart.monitoring_referral WHERE {_IN} AND area = ?
        ORDER BY quarter DESC, mechanism"""
    return release.frame(sql, [",".join(quarters), area])
