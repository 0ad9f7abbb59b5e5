"""When the rows of each source happened: one look at a source by each clock that is asked of it.

`rows_by_month` has a row for each source, clock and month (week, precision): the first day, the
number of rows and the sum of their hashes (`stored_columns.py`). First days, periods with rows and
the content of months all follow from it.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

import duckdb

from indicators.compiler.ctes import with_stages
from indicators.compiler.derived.columns import derivation_stages
from indicators.compiler.plan import CubePlan
from indicators.definitions.contracts import Contract, contracts
from indicators.definitions.derivations import ROW_HASH, stored_columns
from indicators.definitions.expressions import table_operands
from indicators.definitions.indicator import Indicator

Asked = tuple[str, str, str, bool]  # indicator, source, clock; whether coarse dates are left out


@dataclass(frozen=True)
class Clock:
    """One way to say when the rows of a source happened, and what is read of them by it."""

    source: str
    day: str  # a column of the source, derived ones among them, or an expression of its columns
    columns: frozenset[str]
    precision: str | None
    weekly: bool


def own_source(indicator: Indicator) -> str | None:
    """The source of which any row breaks the silence (definitions 13); none of a survey.

    An indicator may read another clock (a handover, a waiting time's end): nothing on that clock
    is no silence while the source reports.
    """
    if indicator.is_survey:
        return None
    return indicator.returns.source if indicator.returns else indicator.source


def default_time_dimension(contract: Contract) -> str | None:
    """The date of a row itself, as the column that derives it where there is one."""
    if contract.date_column is None:
        return None
    if contract.columns[contract.date_column].type != "time":
        return contract.date_column
    text = f"local_date({contract.date_column})"
    same = [name for name, derived in contract.derived.items() if derived.sql == text]
    return same[0] if same else text


def own_precision(contract: Contract) -> str | None:
    """The column that says how exact a row's own date is."""
    return "date_precision" if "date_precision" in contract.columns else None


def clock_of(plan: CubePlan) -> Clock | None:
    """What the plan reads of its source, and when; None where it asks for no date."""
    if plan.clock is None:
        return None
    return Clock(plan.source, plan.clock, frozenset(plan.source_columns), plan.precision, False)


def clocks_of(
    asked: Iterable[Clock | None], own_sources: Iterable[str | None], weekly: bool
) -> list[Clock]:
    """These clocks and the own dates of these sources, each once, in the order of their names."""
    columns: dict[tuple[str, str], set[str]] = {}
    precisions: dict[tuple[str, str], str | None] = {}
    for clock in filter(None, asked):
        key = (clock.source, clock.day)
        columns.setdefault(key, set()).update(clock.columns)
        precisions[key] = precisions.get(key) or clock.precision
    for source in filter(None, own_sources):
        day = default_time_dimension(contracts()[source])
        if day is not None:
            columns.setdefault((source, day), set())
            found = precisions.get((source, day))
            precisions[source, day] = found or own_precision(contracts()[source])
    return [
        Clock(*key, frozenset(columns[key]), precisions[key], weekly) for key in sorted(columns)
    ]


def count_rows_by_month(connection: duckdb.DuckDBPyConnection, clocks: Iterable[Clock]) -> None:
    """Fill `rows_by_month` with the rows up to the as-of date."""
    connection.execute(
        """CREATE OR REPLACE TEMP TABLE rows_by_month (source VARCHAR, clock VARCHAR, month DATE,
        week DATE, date_precision VARCHAR, first_day DATE, row_count BIGINT, hashes HUGEINT)"""
    )
    for clock in clocks:
        connection.execute(f"INSERT INTO rows_by_month {rows_of_clock_sql(clock)}")


def rows_of_clock_sql(clock: Clock) -> str:
    """What `rows_by_month` says of one clock."""
    contract = contracts()[clock.source]
    read = {clock.day, clock.precision or "", ROW_HASH}
    if clock.day not in table_operands(contract):  # an expression of the row's own date
        read.add(str(contract.date_column))
    stages = derivation_stages(contract, read, given=stored_columns(contract))
    week = f"CAST(date_trunc('week', {clock.day}) AS DATE)" if clock.weekly else "NULL"
    return with_stages(
        stages,
        f"""SELECT '{clock.source}', '{clock.day}', CAST(date_trunc('month', {clock.day}) AS DATE),
  {week}, {clock.precision or "NULL"}, min({clock.day}), count(*),
  sum(CAST({ROW_HASH} AS HUGEINT))
FROM {stages[-1].name}
WHERE {clock.day} <= as_of_day()
GROUP BY ALL""",
    )


def first_days(
    connection: duckdb.DuckDBPyConnection,
) -> dict[tuple[str, str], date | None]:
    """The first day of each source by each clock that has rows."""
    rows = connection.execute(
        "SELECT source, clock, min(first_day) FROM rows_by_month GROUP BY ALL"
    ).fetchall()
    return {(source, clock): day for source, clock, day in rows}


def fill_source_periods(connection: duckdb.DuckDBPyConnection, asked: Iterable[Asked]) -> None:
    """For each indicator the periods in whose known part its source has a row by the clock it asks.

    A week goes with the month of its Thursday (definitions 49).
    """
    names = ("indicator", "source", "clock", "is_exact")
    columns = ", ".join(f"unnest(?) AS {name}" for name in names)
    values = [list(column) for column in zip(*asked, strict=True)]
    if not values:
        return
    connection.execute(
        f"""INSERT INTO cube.source_period
        WITH asked AS (SELECT {columns}),
        held AS (
          SELECT DISTINCT source, clock, date_precision, holding.period_type, holding.period,
            CASE holding.period_type WHEN 'W' THEN date_trunc('month', week + 3) ELSE month END
              AS in_month
          FROM rows_by_month
          JOIN cube.period_bucket AS holding
            ON holding.bucket = CASE holding.period_type WHEN 'W' THEN week ELSE month END
        )
        SELECT DISTINCT indicator, period_type, period
        FROM asked JOIN held USING (source, clock)
        JOIN cube.known_span AS span USING (indicator)
        LEFT JOIN cube.precision_period AS exact_enough USING (date_precision, period_type)
        WHERE (NOT is_exact OR exact_enough.period_type IS NOT NULL)
          AND list_contains(span.period_types, period_type)
          AND last_day(in_month) >= span.begins AND in_month <= span.ends""",
        values,
    )
