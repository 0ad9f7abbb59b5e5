"""Where a record begins and ends: which periods can be known whole (definitions 49).

`starts_on` of the mission bounds every record. A source with returns is bounded by the first and
last month of its calendar, one without by the days that its files declare, where they declare any.
Cases that wait, and looks back, begin before their period: it is whole only where the record goes
back so far. A stock and a survey's wave are known by their own date and have no bounds here.
"""

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta

import duckdb

from indicators.definitions.contracts import contracts
from indicators.definitions.indicator import Indicator
from indicators.definitions.mission_profile import Mission
from indicators.foundation.periods import PRECISION_PERIODS, day_months_after
from indicators.foundation.sql_text import quoted, sql_file
from indicators.incremental.rows_by_month import own_source


@dataclass(frozen=True)
class Span:
    """Days on record, both among them.

    `known_from`: the first day of a period of which all cases lie in the record. `period_types`:
    those for which it speaks. `is_declared`: by a file, so that none of its rows means none.
    """

    begins: date
    ends: date
    known_from: date
    period_types: tuple[str, ...] = PRECISION_PERIODS["day"]
    is_declared: bool = False


SPAN_COLUMNS = {
    "indicator": "VARCHAR",
    "begins": "DATE",
    "ends": "DATE",
    "known_from": "DATE",
    "period_types": "VARCHAR[]",
    "is_declared": "BOOLEAN",
}
_ALWAYS = Span(date.min, date.max, date.min)


def spans_of_indicators(
    connection: duckdb.DuckDBPyConnection, mission: Mission, indicators: Iterable[Indicator]
) -> dict[str, list[Span]]:
    """By code the spans of each indicator in time; an empty list where nothing can be known."""
    indicators = list(indicators)
    sources = {own_source(indicator) or indicator.source for indicator in indicators}
    of_source = spans_of_sources(connection, mission, sources)
    return {
        indicator.code: [
            replace(span, known_from=_waited(indicator, span.begins, mission))
            for span in of_source[own_source(indicator) or indicator.source]
        ]
        if indicator.is_bounded
        else [_ALWAYS]
        for indicator in indicators
    }


def spans_of_sources(
    connection: duckdb.DuckDBPyConnection, mission: Mission, sources: Iterable[str]
) -> dict[str, list[Span]]:
    """What can be known of the rows of each source themselves, in time."""
    calendars = _calendars(connection)
    declared = _declared(connection)
    return {
        source: [
            replace(span, begins=begins, known_from=begins)
            for span in calendars.get(source) or declared.get(source) or [_ALWAYS]
            for begins in [max(span.begins, mission.starts_on)]
            if begins <= span.ends
        ]
        for source in sources
    }


def _calendars(connection: duckdb.DuckDBPyConnection) -> dict[str, list[Span]]:
    rows = connection.execute(
        """SELECT source, min("month"), last_day(max("month"))
        FROM core.reporting_returns GROUP BY source"""
    ).fetchall()
    return {source: [Span(begins, ends, begins)] for source, begins, ends in rows}


def _declared(connection: duckdb.DuckDBPyConnection) -> dict[str, list[Span]]:
    """The days that the files of each table declare; what touches is one span."""
    rows = connection.execute(
        """SELECT table_name, precision, covers_from, covers_to
        FROM ops.covered_span JOIN ops.input_file USING (file_sha256)
        WHERE status = 'loaded' ORDER BY ALL NULLS FIRST"""
    ).fetchall()
    found: dict[str, list[Span]] = {}
    for table, precision, first, last in rows:
        begins, ends = first or date.min, last or date.max
        types = PRECISION_PERIODS[precision]
        spans = found.setdefault(table, [])
        before = spans[-1] if spans and spans[-1].period_types == types else None
        if before and (before.ends == date.max or begins <= before.ends + timedelta(days=1)):
            spans[-1] = replace(before, ends=max(before.ends, ends))
        else:
            spans.append(Span(begins, ends, begins, types, is_declared=True))
    return found


def _waited(indicator: Indicator, day: date, mission: Mission) -> date:
    """The first day of a period whose cases all begin on this day or later."""
    back = indicator.reaches_back
    if back is None:
        return day
    hours = max(mission.parameters.target_hours.values()) if back.target_hours else 0
    return day_months_after(day, back.months) + timedelta(days=back.days + math.ceil(hours / 24))


def unrecorded_columns(connection: duckdb.DuckDBPyConnection) -> dict[str, set[str]]:
    """By table the columns that no file in force has and no row states: all of a table without
    files. (A row may stand whose file's mapping has left the profile.) Where the list of areas has
    no site, nothing is at one and no file need say so."""
    rows = connection.execute(
        "SELECT table_name, list(column_name) FROM ops.recorded_column GROUP BY ALL"
    ).fetchall()
    if not rows:  # nobody has taken in a file, as in a world of few rows
        return {}
    recorded, found = dict(rows), {}
    sites = connection.execute("SELECT 1 FROM core.areas WHERE area_level = 'site'").fetchone()
    told = set() if sites else {"site_code"}
    for table, contract in contracts().items():
        missing = sorted(contract.columns.keys() - told - set(recorded.get(table, ())))
        if missing:
            counts = ", ".join(f"count({quoted(name)})" for name in missing)
            stated = connection.execute(f"SELECT {counts} FROM core.{quoted(table)}").fetchall()[0]
            found[table] = {name for name, rows in zip(missing, stated, strict=True) if not rows}
    return found


def known_tables_sql() -> Iterator[str]:
    """Statements that build `cube.known_period` from `cube.known_span`.

    Each indicator and period that touches its record, and whether all of it can be known. A week
    goes with the month of its Thursday.
    """
    yield sql_file(__file__, "known_period")


def bounds(spans: Sequence[Span]) -> tuple[date | None, date | None]:
    """First and last day that can be known of an indicator; None where an end is open."""
    first = min((span.known_from for span in spans), default=date.max)
    last = max((span.ends for span in spans), default=date.min)
    return (None if first == date.min else first, None if last == date.max else last)


def span_rows(spans: Mapping[str, Sequence[Span]]) -> list[tuple[object, ...]]:
    """Rows of `cube.known_span`."""
    return [
        (code, span.begins, span.ends, span.known_from, list(span.period_types), span.is_declared)
        for code, of_indicator in spans.items()
        for span in of_indicator
    ]
