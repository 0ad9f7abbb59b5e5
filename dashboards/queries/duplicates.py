"""Pairs of rows that may tell of one case."""

import pandas as pd

from dashboards.releases import Release


def candidates(release: Release) -> pd.DataFrame:
    """All pairs, those that wait first, the most alike before; empty where the copy has none."""
    if "duplicate_candidate" not in release.tables:
        return pd.DataFrame()
    sql = """
        SELECT * FROM mart.duplicate_candidate
        ORDER BY decision <> 'undecided', score DESC NULLS LAST, source, key_a, key_b
    """
    return release.frame(sql)
