"""What waits to be mended: rejected rows by sender, broken rules over releases, scores."""

import pandas as pd

from dashboards.reading.releases import Release


def rejected_rows(release: Release) -> pd.DataFrame:
    """Rejected rows by unit, source and file; empty where this copy has none."""
    if "rejected_row" not in release.tables:
        return pd.DataFrame(columns=["unit_code", "source", "file", "rows", "oldest_on"])
    sql = """
        SELECT unit_code, source, file, "rows", oldest_on FROM mart.rejected_row
        ORDER BY unit_code NULLS LAST, source, file
    """
    return release.frame(sql)


def violations(release: Release) -> pd.DataFrame:
    """Broken rules and those resolved since the release before: new first, then by rows."""
    if "violation" not in release.tables:
        return pd.DataFrame()
    sql = """
        SELECT * FROM mart.violation
        WHERE state <> 'resolved' OR rows_before > 0
        ORDER BY list_position(['new', 'open', 'resolved'], state),
                 greatest("rows", rows_before) DESC, source, kind, rule
    """
    return release.frame(sql)


def quality_counts(release: Release, start: str, end: str) -> pd.DataFrame:
    """What was owed and given by source and area, added up over the months from start to end.

    Months in which nothing was expected are left out.
    """
    if "quality_score" not in release.tables:
        return pd.DataFrame()
    sql = """
        SELECT source, area,
               CAST(sum(returns_due) AS BIGINT) AS returns_due,
               CAST(sum(returns_received) AS BIGINT) AS returns_received,
               CAST(sum(returns_dated) AS BIGINT) AS returns_dated,
               CAST(sum(returns_in_time) AS BIGINT) AS returns_in_time,
               CAST(sum(rows_accepted) AS BIGINT) AS rows_accepted,
               CAST(sum(rows_rejected) AS BIGINT) AS rows_rejected,
               CAST(sum(rows_flagged) AS BIGINT) AS rows_flagged
        FROM mart.quality_score
        WHERE score IS NOT NULL AND month BETWEEN CAST(? AS DATE) AND CAST(? AS DATE)
        GROUP BY ALL ORDER BY ALL
    """
    return release.frame(sql, [start, end])
