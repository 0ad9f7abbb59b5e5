"""Monthly reports behind the counts of a mart table: how many were due, and came."""

from collections.abc import Iterable
from datetime import date
from functools import lru_cache

from dashboards.releases import Release
from dashboards.rows import rows_of
from indicators.assessment.owed_reports import NO_REPORTS, SOURCES, Reports, added, owed_reports_sql
from indicators.foundation.periods import Period

_ByPlace = dict[tuple[str, str], dict[date, Reports]]


@lru_cache(maxsize=4)
def _by_place(release: Release) -> _ByPlace:
    """By area and source: the reports of each month."""
    found: _ByPlace = {}
    for row in rows_of(release.frame(owed_reports_sql())):
        reports = Reports(row["due"], row["received"], row["no_access"])
        found.setdefault((row["area"], row["source"]), {})[row["month"].date()] = reports
    return found


def owed_reports(release: Release, table: str, area: str, period: Period) -> Reports:
    """Of the sources that fill a table, in an area and a period; none for other tables."""
    if table not in SOURCES:
        return NO_REPORTS
    known = _by_place(release)
    sources: Iterable[str] = SOURCES[table] or {source for _, source in known}
    found = added(
        known.get((area, source), {}).get(month, NO_REPORTS)
        for source in sources
        for month in period.months
    )
    return found if SOURCES[table] or found.is_silent else NO_REPORTS
