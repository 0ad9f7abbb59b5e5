"""Readiness: operations with their reviews, contingency plans of bases."""

import pandas as pd

from dashboards.releases import Release


def operations(release: Release) -> pd.DataFrame:
    """Each operation with its review, newest first."""
    sql = "SELECT * FROM mart.operation ORDER BY started_on DESC, operation_code"
    return release.frame(sql)


def base_plans(release: Release) -> pd.DataFrame:
    """A row a base and kind of plan; nulls: never reviewed, never exercised."""
    sql = "SELECT * FROM mart.base_plan ORDER BY base_name, area, plan_kind"
    return release.frame(sql)
