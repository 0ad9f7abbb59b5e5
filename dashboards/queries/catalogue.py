"""What each indicator means, and the mission that a release is about."""

from typing import Any

import pandas as pd

from dashboards.releases import Release
from dashboards.rows import rows_of


def indicators(release: Release) -> pd.DataFrame:
    """All indicators of the mission, in the order of their codes."""
    return release.frame("SELECT * FROM mart.indicator ORDER BY indicator")


def mission(release: Release) -> dict[str, Any]:
    """The mission's one row. Raises IndexError where a release has none."""
    frame = release.frame("SELECT * FROM mart.mission ORDER BY mission LIMIT 1")
    return rows_of(frame)[0]
