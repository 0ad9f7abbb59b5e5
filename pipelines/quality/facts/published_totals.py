"""Sums of a core table against yearly figures that others published."""

import re
from collections.abc import Iterator
from pathlib import Path

import pandas as pd

from indicators.contracts import contracts
from indicators.mission import Mission, PublishedTotal, resolve_path
from pipelines.quality.findings import CheckResult, found
from pipelines.quality.relations import Connection, has_rows, quoted


def published_totals(
    connection: Connection, mission: Mission, profile: Path
) -> Iterator[CheckResult]:
    """For each published figure of the profile: a warning a year whose sum lies beside it.

    Years that only one side has are not compared; the sum covers the rows of the mission.
    """
    for total in mission.published_totals:
        if not has_rows(connection, "core", total.table):
            continue
        ours = yearly_sums(connection, total)
        published = published_figures(total, profile)
        for year in sorted(ours.keys() & published.keys()):
            yield _compared(total, year, ours[year], published[year])


def yearly_sums(connection: Connection, total: PublishedTotal) -> dict[int, float]:
    """Our sum of the column by calendar year of the table's own date."""
    day = quoted(str(contracts()[total.table].date_column))
    rows = connection.execute(
        f"""
        SELECT year({day}), CAST(coalesce(sum({quoted(total.sum_column)}), 0) AS DOUBLE)
        FROM core.{quoted(total.table)} WHERE {day} IS NOT NULL GROUP BY 1 ORDER BY 1
        """
    ).fetchall()
    return {int(year): float(value) for year, value in rows}


def published_figures(total: PublishedTotal, profile: Path) -> dict[int, float]:
    """The published figure by year: the value columns added up, over the rows that `where` names.

    Raises KeyError for a column that the published file does not have.
    """
    frame = pd.read_csv(resolve_path(total.file, profile), dtype=str, keep_default_na=False)
    for column, value in total.where.items():
        frame = frame[frame[column] == value]
    values = frame[list(total.value_columns)].apply(pd.to_numeric).sum(axis=1)
    by_year = values.groupby(frame[total.year_column].astype(int)).sum()
    return {int(year): float(value) for year, value in by_year.items()}


def _compared(total: PublishedTotal, year: int, ours: float, published: float) -> CheckResult:
    kind = "published_total_below" if ours < published else "published_total_above"
    slug = re.sub(r"\W+", "_", total.name.en.lower()).strip("_")
    return found(
        f"published_total.{slug}.{year}",
        total.table,
        ours == published,
        kind=kind,
        observed=f"{ours:g}",
        expected=f"{published:g}",
        name=total.name,
        year=year,
        source=total.source,
    )
