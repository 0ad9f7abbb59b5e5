"""Strategy, transition benchmarks, areas handed over; lessons, feedback, changes of the plan."""

import pandas as pd

from dashboards.reading.releases import Release


def benchmarks(release: Release, quarter: str) -> pd.DataFrame:
    """All benchmarks up to a quarter, by code, the newest quarter first."""
    sql = "SELECT * FROM mart.benchmark WHERE quarter <= ? ORDER BY benchmark_code, quarter DESC"
    return release.frame(sql, [quarter])


def handovers(release: Release, end: str) -> pd.DataFrame:
    """Areas that UN police left up to a day, the newest first."""
    sql = """SELECT * FROM mart.handover WHERE left_on <= CAST(? AS DATE)
        ORDER BY left_on DESC, area"""
    return release.frame(sql, [end])


def strategy(release: Release) -> pd.DataFrame:
    """The strategy, no row or one."""
    return release.frame("SELECT * FROM mart.strategy")


def objectives(release: Release) -> pd.DataFrame:
    """The strategy's objectives in its order."""
    return release.frame("SELECT * FROM mart.strategy_objective ORDER BY position")


def strategy_changes(release: Release) -> pd.DataFrame:
    """What differs from the strategy in the release before."""
    return release.frame("SELECT * FROM mart.strategy_change ORDER BY field")


def lessons(release: Release, end: str) -> pd.DataFrame:
    """Lessons of reviews completed up to a day, the newest first."""
    sql = """SELECT * FROM mart.lesson WHERE completed_on <= CAST(? AS DATE)
        ORDER BY completed_on DESC, area, lesson, tier, phase, threat_type"""
    return release.frame(sql, [end])


def feedback(release: Release, start: str, end: str, area: str) -> pd.DataFrame:
    """What residents said in the quarters from one to another: breakdown, value, quarter, said."""
    sql = """SELECT quarter, breakdown, breakdown_value, said, disclosure
        FROM mart.community_feedback WHERE quarter BETWEEN ? AND ? AND area = ?
        ORDER BY breakdown, breakdown_value, quarter"""
    return release.frame(sql, [start, end, area])


def plan_changes(release: Release, start: str, end: str) -> pd.DataFrame:
    """Changed lines of the plan of the months from start to end, in their own areas."""
    sql = """SELECT * FROM mart.plan_change
        WHERE month BETWEEN date_trunc('month', CAST(? AS DATE)) AND CAST(? AS DATE)
        ORDER BY month, area, plan_line_code"""
    return release.frame(sql, [start, end])


def interview_plan(release: Release, edge: str) -> pd.DataFrame:
    """The pulse interviews of one edge, in the order in which they are read."""
    sql = "SELECT * FROM mart.interview_plan WHERE edge = ? ORDER BY position"
    return release.frame(sql, [edge])
