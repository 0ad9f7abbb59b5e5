"""Activities planned and done: by tier, phase and type of unit, and with whom."""

import pandas as pd

from dashboards.reading.releases import Release
from indicators.dissemination.budget_year import OUTPUTS_SQL, PLAN_SQL

_MONTHS = "month BETWEEN date_trunc('month', CAST(? AS DATE)) AND CAST(? AS DATE) AND area = ?"


def effort(release: Release, start: str, end: str, area: str) -> pd.DataFrame:
    """Sums over the months from start to end in one area, a row a tier, unit type and phase."""
    sql = f"""
        SELECT tier, unit_type, phase, sum(done) AS done, sum(lines_planned) AS lines_planned,
               sum(lines_done) AS lines_done, sum(planned) AS planned,
               sum(planned_done) AS planned_done, sum(planned_original) AS planned_original
        FROM mart.effort WHERE {_MONTHS}
        GROUP BY ALL ORDER BY tier, unit_type, phase
    """
    return release.frame(sql, [start, end, area])


def police_tasks(release: Release, start: str, end: str, area: str) -> pd.DataFrame:
    """Completed activities of UN police: unit_type, activity_type, phase, partner_component, done.

    `_T` as the partner: each activity once, with or without one.
    """
    sql = f"""
        SELECT unit_type, activity_type, phase, partner_component, sum(done) AS done
        FROM mart.police_task WHERE {_MONTHS}
        GROUP BY ALL ORDER BY ALL
    """
    return release.frame(sql, [start, end, area])


def joint_activities(release: Release, start: str, end: str, area: str) -> pd.DataFrame:
    """Completed activities with other components: partner_component, tier, done."""
    sql = f"""
        SELECT partner_component, tier, sum(done) AS done
        FROM mart.joint_activity WHERE {_MONTHS}
        GROUP BY ALL ORDER BY partner_component, tier
    """
    return release.frame(sql, [start, end, area])


def work_plan(release: Release, budget_year: str) -> pd.DataFrame:
    """The plan of a budget year by month, own area, unit, activity and outcome.

    With what of it was due by the as-of day, and what was done.
    """
    return release.frame(PLAN_SQL, [budget_year])


def planned_and_done(release: Release, area: str, budget_year: str) -> pd.DataFrame:
    """Outputs of a budget year in an area and those below it, a row an outcome, activity, unit."""
    return release.frame(OUTPUTS_SQL, [area, budget_year])
