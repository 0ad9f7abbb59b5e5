"""Returns, rejects, checks, revisions and input files."""

from collections.abc import Iterable, Sequence
from datetime import date
from functools import lru_cache

import pandas as pd

from dashboards.reading.releases import OWED_REPORTS, Release
from dashboards.reading.rows import rows_of
from indicators.assessment.owed_reports import NO_REPORTS, SOURCES, Reports, added
from indicators.foundation.mart_tables import DIMENSIONS, totals_sql
from indicators.foundation.periods import Period

RECEIVED = ("submitted", "nil")  # a nil report is one that came


def returns(release: Release, start: str, end: str) -> pd.DataFrame:
    """Returns of the months from start to end, one row a source, reporter, area and month."""
    sql = """
        SELECT * FROM mart.return_status
        WHERE month BETWEEN CAST(? AS DATE) AND CAST(? AS DATE)
        ORDER BY source, unit_code NULLS FIRST, area, month
    """
    return release.frame(sql, [start, end])


def has_calendar(release: Release) -> bool:
    """Whether the release says of any month which returns were owed. A period before the first of
    them, or after the last, has no return either."""
    return not release.frame("SELECT 1 FROM mart.return_status LIMIT 1").empty


@lru_cache(maxsize=4)
def owing(release: Release) -> pd.DataFrame:
    """Where reports of a source were ever due: columns source, area."""
    return release.frame(
        "SELECT DISTINCT source, area FROM mart.return_status WHERE status <> 'not_due'"
    )


def due_returns(returns: pd.DataFrame) -> pd.DataFrame:
    """Those of the returns that were owed."""
    return returns[returns["status"] != "not_due"]


def silent_areas(due: pd.DataFrame) -> list[str]:
    """The areas from which nothing came of what was owed, by code."""
    came = due["status"].isin(RECEIVED).groupby(due["area"]).sum()
    return list(came.index[came == 0])


def delays(returns: pd.DataFrame) -> pd.DataFrame:
    """Days from the end of the month to the return, by source: quartiles, and what is asked."""
    came = returns[returns["received_on"].notna()]
    ends = pd.to_datetime(came["month"]) + pd.offsets.MonthEnd(0)
    days = {
        name: (pd.to_datetime(came[column]) - ends).dt.days
        for name, column in (("days", "received_on"), ("asked", "due_on"))
    }
    by_source = came.assign(**days).groupby("source")
    low, median, high = (by_source["days"].quantile(share) for share in (0.25, 0.5, 0.75))
    found = {"low": low, "median": median, "high": high, "asked": by_source["asked"].max()}
    return pd.DataFrame(found).reset_index()


def rejects(release: Release, unit: str | None = None) -> pd.DataFrame:
    """Rejected rows, of one unit or of all: a row a file, sheet, column and rule; most first.

    Value and sentence are those of the first place; `places` counts the places.
    """
    sql = """
        SELECT source, file, sheet, column_name, rule,
               min(first_row) AS first_row, max(last_row) AS last_row,
               sum("rows") AS "rows", count(*) AS places,
               first(raw_value ORDER BY first_row, last_row) AS raw_value,
               first(sentence_en ORDER BY first_row, last_row) AS sentence_en,
               first(sentence_fr ORDER BY first_row, last_row) AS sentence_fr
        FROM mart.reject_summary
        WHERE ? IS NULL OR unit_code = ?
        GROUP BY source, file, sheet, column_name, rule
        ORDER BY "rows" DESC, file, sheet, first_row, column_name, rule
    """
    return release.frame(sql, [unit, unit])


def rejected_rows(release: Release, unit: str | None = None) -> pd.DataFrame:
    """The lines of `mart.reject_summary`, of one unit or of all, by source, file and row."""
    sql = """
        SELECT * FROM mart.reject_summary
        WHERE ? IS NULL OR unit_code = ?
        ORDER BY source, file, sheet, first_row, last_row, column_name, rule, raw_value
    """
    return release.frame(sql, [unit, unit])


def rejected_by_unit(release: Release) -> dict[str, int]:
    """How many errors the rejected rows of each unit have; rows of no known unit left out."""
    sql = """
        SELECT unit_code, sum("rows") AS "rows" FROM mart.reject_summary
        WHERE unit_code IS NOT NULL
        GROUP BY unit_code ORDER BY unit_code
    """
    frame = release.frame(sql)
    return {str(row["unit_code"]): int(row["rows"]) for row in rows_of(frame)}


def unit_names(release: Release) -> dict[str, str]:
    """The names of the units that owe reports, by code; none where the copy names no units."""
    sql = """
        SELECT unit_code, max(unit_name) AS unit_name FROM mart.return_status
        WHERE unit_code IS NOT NULL AND unit_name IS NOT NULL
        GROUP BY unit_code ORDER BY unit_code
    """
    frame = release.frame(sql)
    return dict(zip(frame["unit_code"], frame["unit_name"], strict=True))


def checks(release: Release) -> pd.DataFrame:
    """All checks: what failed or broke first, then by source and name."""
    sql = """
        SELECT * FROM mart.quality_check
        ORDER BY status = 'passed', source, check_name
    """
    return release.frame(sql)


def revisions(release: Release, reason: str | None = None) -> pd.DataFrame:
    """What this release changed in figures that an earlier one published, for one reason or all.

    Newest period first; in it totals before parts, the country before areas, large changes first.
    """
    sql = f"""
        SELECT * FROM mart.revision
        WHERE reason NOT IN ('withheld', 'released') AND (? IS NULL OR reason = ?)
        ORDER BY period DESC, NOT ({totals_sql()}),
          area NOT IN (SELECT area_code FROM mart.area WHERE area_level = 'country'),
          abs(value_after - value_before)
            / nullif(greatest(abs(value_after), abs(value_before)), 0) DESC NULLS LAST,
          indicator, area, {", ".join(DIMENSIONS)}
    """
    return release.frame(sql, [reason, reason])


def input_files(release: Release) -> pd.DataFrame:
    """The ledger of files, in the order in which they were taken in."""
    return release.frame("SELECT * FROM mart.input_file ORDER BY sequence, name")


def rows_not_kept(release: Release) -> pd.DataFrame:
    """Rows of which nothing was kept, by quarter: newest first; empty where this copy has none."""
    if "rows_not_kept" not in release.tables:
        return pd.DataFrame()
    sql = """
        SELECT source, period, reason, "rows" FROM mart.rows_not_kept
        ORDER BY period DESC NULLS LAST, source, reason
    """
    return release.frame(sql)


_ByPlace = dict[tuple[str, str], dict[date, Reports]]


@lru_cache(maxsize=4)
def _by_place(release: Release) -> _ByPlace:
    """By area and source: the reports of each month."""
    found: _ByPlace = {}
    for row in rows_of(release.frame(OWED_REPORTS)):
        reports = Reports(row["due"], row["received"], row["no_access"])
        found.setdefault((row["area"], row["source"]), {})[row["month"].date()] = reports
    return found


def never_came(release: Release, sources: Sequence[str]) -> bool:
    """Whether no row of any of these has come; False of none.

    A table that no file of the mission feeds and that has no row is not checked at all.
    """
    asked = _with_and_without_rows(release)
    return bool(sources) and bool(asked) and not any(asked.get(source) for source in sources)


def without_rows(release: Release) -> frozenset[str]:
    """The tables that a file of the mission feeds and of which no row ever came."""
    asked = _with_and_without_rows(release)
    return frozenset(source for source, has_rows in asked.items() if not has_rows)


@lru_cache(maxsize=4)
def _with_and_without_rows(release: Release) -> dict[str, bool]:
    """The tables that the checks asked for rows, and whether they had any."""
    if "quality_check" not in release.tables:
        return {}
    found = checks(release)
    found = found[found["check_name"].str.endswith(".has_rows")]
    return dict(zip(found["source"], found["status"] == "passed", strict=True))


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
