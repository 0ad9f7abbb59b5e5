"""Sums of a core table against yearly figures that others published."""

import re
from collections.abc import Iterable, Iterator
from datetime import date
from pathlib import Path

import pandas as pd

from indicators.definitions.contracts import contracts
from indicators.definitions.mission_profile import Mission, PublishedTotal, resolve_path
from indicators.engine.known_record import Span, spans_of_sources
from indicators.foundation.sql_text import quoted
from pipelines.quality.check_results import CheckResult, check_result
from pipelines.workspace.warehouse.inspect import Connection, has_rows


def published_totals(
    connection: Connection, mission: Mission, profile: Path
) -> Iterator[CheckResult]:
    """For each published figure of the profile: a warning a year whose sum lies beside it.

    Compared are the published years that lie wholly in what is on record of the table
    (definitions 49), also where it has no row in them; the sum covers the rows of the mission.
    """
    tables = {total.table for total in mission.published_totals}
    spans = spans_of_sources(connection, mission, tables)
    for total in mission.published_totals:
        if not has_rows(connection, "core", total.table):
            continue
        ours = yearly_sums(connection, total)
        for year, published in sorted(published_figures(total, profile).items()):
            if _is_on_record(year, spans[total.table]):
                yield _compared(total, year, ours.get(year, 0.0), published)


def _is_on_record(year: int, spans: Iterable[Span]) -> bool:
    first, last = date(year, 1, 1), date(year, 12, 31)
    return any(span.begins <= first and last <= span.ends for span in spans)


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
    return check_result(
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
