"""Running the plans of a mission's indicators on DuckDB: from core tables to the mart.

What is computed stands in `plan.py`, the SQL in `statements.py` and `statuses.py`.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from concurrent.futures import Executor
from dataclasses import astuple
from datetime import date
from itertools import chain
from pathlib import Path
from typing import Any

import duckdb

from indicators.compiler.areas import place_tables_sql
from indicators.compiler.cells.grid import grid_table_sql
from indicators.compiler.cells.parts import (
    BREAKDOWN_COLUMNS,
    breakdown_grid_sql,
    breakdown_rows,
    breakdown_table_sql,
    unequal_parts_sql,
    written_sql,
)
from indicators.compiler.cells.statuses import RULE_COLUMNS, return_tables_sql, rule_of, values_sql
from indicators.compiler.ctes import with_stages
from indicators.compiler.derived.columns import cube_table_sql, derivation_stages
from indicators.compiler.derived.functions import functions_sql
from indicators.compiler.plan import CubePlan, cube_plans
from indicators.compiler.population import population_tables_sql
from indicators.compiler.statements import contribution_sql, cube_sql
from indicators.definitions.catalogue import selected_indicators
from indicators.definitions.checks.columns_read import columns_used
from indicators.definitions.checks.unrecorded import lacking
from indicators.definitions.contracts import contracts
from indicators.definitions.derivations import stored_columns, upstream_tables
from indicators.definitions.indicator import Indicator
from indicators.definitions.mission_profile import Mission
from indicators.definitions.versions import all_versions, computed_versions
from indicators.engine.event_dispersion import fill_event_dispersion
from indicators.engine.known_record import (
    SPAN_COLUMNS,
    Span,
    known_tables_sql,
    span_rows,
    spans_of_indicators,
    unrecorded_columns,
)
from indicators.engine.mart_queries import MART_QUERIES, fill_tables
from indicators.engine.planned_and_done import (
    COMPLETED_ACTIVITY,
    COMPLETED_ACTIVITY_CLOCK,
    fill_plans,
)
from indicators.engine.reference_tables import fill_outlines, fill_registers
from indicators.engine.reject_impact import write_reject_impact
from indicators.engine.versions_in_force import settle_versions
from indicators.foundation.errors import InternalFault, Problem
from indicators.foundation.mart_tables import VALUE_KEY, mart_ddl
from indicators.foundation.periods import PRECISION_PERIODS, Period, periods_between
from indicators.foundation.stored.database import one_transaction
from indicators.incremental.cubes import (
    IN_STALE,
    NO_MORE,
    STALE,
    drop_cells,
    materialize_cubes,
    note_cells,
    prepare_cubes,
)
from indicators.incremental.inputs import column_count, inputs_of, row_counts, table_totals
from indicators.incremental.result_cache import kept_results
from indicators.incremental.row_engine import DUCKDB, RowEngine
from indicators.incremental.rows_by_month import (
    Asked,
    Clock,
    default_time_dimension,
    fill_source_periods,
    first_days,
    own_precision,
    own_source,
)
from indicators.incremental.stored_columns import complete_rows
from indicators.incremental.values import (
    KEPT_TABLES,
    STALE_VALUE,
    content_of_values,
    drop_contributions,
    drop_stale_values,
    name_files,
    prepare_values,
)
from indicators.survey.waves.estimates import begin_surveys
from indicators.survey.waves.respondents import respondents_sql
from indicators.survey.waves.shown import Wave

_ENGINE_TABLES = (  # those that are written whole; the others are kept (`values.py`)
    *(table for table in MART_QUERIES if table not in KEPT_TABLES),
    "indicator",
    "breakdown_grid",
    "survey_result",
    "survey_item_response",
    "output_plan",
    "mission",
)
_TABLES = (*_ENGINE_TABLES, *KEPT_TABLES)


def compute(
    connection: duckdb.DuckDBPyConnection,
    mission: Mission,
    catalogue: Mapping[str, Indicator],
    as_of: date,
    profile: Path | None = None,
    engine: RowEngine = DUCKDB,
    elsewhere: Executor | None = None,
) -> None:
    """Fill the engine's mart tables from `core`, in one transaction; unchanged, they stay.

    Facts dated after `as_of` are left out. `profile`: the folder that holds the outlines, where
    the mission's file names them relative to it. `engine`: who goes over the rows. `elsewhere`:
    another process that may compute. Raises WrongUse for a selected indicator that the catalogue
    does not hold or the engine cannot compute; then nothing has changed.
    """
    indicators = selected_indicators(catalogue, [chosen.code for chosen in mission.indicators])
    with (
        one_transaction(connection),
        kept_results(connection, mission.mission, "indicators") as kept,
    ):
        versions = computed_versions(indicators)
        complete_rows(connection, mission)
        functions = list(functions_sql(mission, as_of.isoformat()))
        _run(connection, [*functions, *mart_ddl()])
        totals = table_totals(connection)
        without_rows = {table for table, total in totals.items() if total.startswith("0:")}
        inputs = inputs_of(connection, mission, versions, as_of, profile, totals)
        columns = column_count(connection)
        before = _contents(connection, mission, versions, inputs, columns)
        stand, are_kept = (kept.stands(name, content) for name, content in before.items())
        if stand:
            write_reject_impact(connection, mission, indicators)
            return
        others = {COMPLETED_ACTIVITY: COMPLETED_ACTIVITY_CLOCK}
        spans = _prepare(connection, mission, versions, as_of, others, totals)
        prepare_values(connection, are_kept)
        engine.begin(row_statements(mission, versions), functions)
        of = (connection, mission, versions, as_of, are_kept, engine)
        write_surveys = begin_surveys(*of, elsewhere)
        _compute_registers(*of)
        write_surveys()
        name_files(connection)
        note_cells(connection)
        _write_values(connection, mission)
        settle_versions(connection, indicators)
        fill_event_dispersion(connection, indicators)
        fill_registers(
            connection,
            mission,
            all_versions(indicators),
            as_of,
            spans,
            are_asked="survey_respondents" not in without_rows,
        )
        fill_plans(connection, mission, indicators, are_kept)
        counted = {indicator.code for indicator in indicators}
        fill_tables(connection, _values_of_queries(mission), counted, without_rows)
        fill_outlines(connection, mission, profile)
        kept.leave(_contents(connection, mission, versions, inputs, columns))
        write_reject_impact(connection, mission, indicators)


def _contents(
    connection: duckdb.DuckDBPyConnection,
    mission: Mission,
    versions: Iterable[Indicator],
    inputs: str,
    columns: int,
) -> dict[str, str]:
    """What all tables of the engine stand by, and what its values, of which some are kept."""
    return {
        "all tables": f"{inputs} {columns} {row_counts(connection, _TABLES)}",
        "values": f"{columns} {content_of_values(connection, mission, versions)}",
    }


def _values_of_queries(mission: Mission) -> dict[str, Any]:
    return {
        "mission": mission.mission,
        "name_en": mission.name.en,
        "name_fr": mission.name.fr,
        "plan_kinds": list(contracts()["preparedness"].columns["plan_kind"].allowed_codes or ()),
    }


def row_statements(mission: Mission, indicators: Sequence[Indicator]) -> Iterator[str]:
    """All that a refresh asks of an engine that goes over rows, up to the mart.

    Written as they are taken: DuckDB takes none.
    """
    plans = cube_plans(indicators, weekly="W" in mission.period_types)
    for plan in plans:
        yield from cube_sql(plan)
    for own in indicators:
        if own.is_survey:
            wave = Wave("", "", own.measure.instrument or "", mission.starts_on)
            yield respondents_sql(wave, [own])


def _prepare(
    connection: duckdb.DuckDBPyConnection,
    mission: Mission,
    indicators: Sequence[Indicator],
    as_of: date,
    others: Mapping[str, Clock],
    totals: Mapping[str, str],
) -> dict[str, list[Span]]:
    """Everything that the cells are worked out from; gives what is on record, by code."""
    connection.execute("CREATE SCHEMA IF NOT EXISTS cube")
    for table in _ENGINE_TABLES:
        connection.execute(f"DELETE FROM mart.{table}")
    _run(connection, place_tables_sql())
    _run(connection, grid_table_sql())
    for table, columns in _tables_to_derive(indicators).items():
        connection.execute(cube_table_sql(contracts()[table], columns))
    prepare_cubes(connection, mission, indicators, others, totals)
    _create(connection, "source_period", {"indicator": "VARCHAR", **_PERIOD_KEY})
    _create(connection, "first_day", {"indicator": "VARCHAR", "day": "DATE"})
    _create(connection, "rule", RULE_COLUMNS)
    unrecorded = unrecorded_columns(connection)
    rules = [rule_of(indicator, not lacking(indicator, unrecorded)) for indicator in indicators]
    _insert(connection, "cube.rule", [astuple(rule) for rule in rules])
    spans = spans_of_indicators(connection, mission, indicators)
    _create(connection, "known_span", SPAN_COLUMNS)
    _insert(connection, "cube.known_span", span_rows(spans))
    _fill_first_days(connection, mission, indicators, spans)
    _fill_periods(connection, mission, as_of)
    _run(connection, known_tables_sql())
    _run(connection, return_tables_sql(indicators))
    _create(connection, "breakdown", BREAKDOWN_COLUMNS)
    _insert(connection, "cube.breakdown", list(breakdown_rows(indicators)))
    connection.execute(breakdown_table_sql())
    _run(connection, population_tables_sql())
    return spans


def _tables_to_derive(indicators: Sequence[Indicator]) -> dict[str, set[str] | None]:
    """Tables kept whole with what is derived in them: those that other steps look at."""
    used: dict[str, set[str]] = {}
    for indicator in indicators:
        used.setdefault(indicator.source, set()).update(columns_used(indicator))
    found: dict[str, set[str] | None] = {**upstream_tables(used), "units": None}
    if any(indicator.is_survey for indicator in indicators):
        found["survey_respondents"] = None
    return found


_PERIOD_KEY = {"period_type": "VARCHAR", "period": "VARCHAR"}


def _fill_first_days(
    connection: duckdb.DuckDBPyConnection,
    mission: Mission,
    indicators: Sequence[Indicator],
    spans: Mapping[str, Sequence[Span]],
) -> None:
    """The first day of each indicator's source, by its rows, its first return or its files."""
    begun = first_days(connection)
    for dated in dict.fromkeys(_dated(indicator) for indicator in indicators):
        if dated not in begun:
            begun[dated] = _earliest(connection, *dated)
    returned = dict(
        connection.execute(
            """SELECT source, min("month") FROM core.reporting_returns
            WHERE "month" <= as_of_day() GROUP BY source"""
        ).fetchall()
    )
    rows = []
    for indicator in indicators:
        days = [begun[_dated(indicator)]]
        days.append(returned.get(indicator.returns.source) if indicator.returns else None)
        days += [span.begins for span in spans[indicator.code] if span.is_declared]
        known = [day for day in days if day is not None]
        rows.append((indicator.code, min(known, default=mission.starts_on)))
    _insert(connection, "cube.first_day", rows)


def _earliest(connection: duckdb.DuckDBPyConnection, table: str, column: str) -> date | None:
    contract = contracts()[table]
    stages = derivation_stages(contract, {column}, given=stored_columns(contract))
    last = f"SELECT min({column}) FROM {stages[-1].name} WHERE {column} <= as_of_day()"
    found = connection.execute(with_stages(stages, last)).fetchone()
    return found[0] if found else None


def _dated(indicator: Indicator) -> tuple[str, str]:
    """The table and the column that say when its facts begin."""
    if indicator.is_survey:
        return "survey_respondents", "interviewed_on"
    state = indicator.measure.state
    if indicator.time_rule == "stock" and state:
        return indicator.source, str(state.valid_from or state.newest)
    return indicator.source, str(indicator.date)


def _fill_periods(connection: duckdb.DuckDBPyConnection, mission: Mission, as_of: date) -> None:
    found = connection.execute("SELECT min(day) FROM cube.first_day").fetchone()
    first = found[0] if found and found[0] else mission.starts_on
    periods = periods_between(min(first, as_of), as_of, mission.period_types)
    _create(
        connection,
        "period",
        {**_PERIOD_KEY, "period_start": "DATE", "period_end": "DATE", "period_middle": "DATE"},
    )
    _insert(
        connection,
        "cube.period",
        [(p.period_type, p.name, p.start, p.end, p.middle) for p in periods],
    )
    _create(connection, "period_month", {**_PERIOD_KEY, "month": "DATE"})
    months = [(p.period_type, p.name, month) for p in periods for month in p.months]
    _insert(connection, "cube.period_month", months)
    columns = {**_PERIOD_KEY, "period_start": "DATE", "bucket": "DATE"}
    _create(connection, "period_bucket", columns)
    _insert(connection, "cube.period_bucket", _buckets(periods))
    _create(connection, "precision_period", {"date_precision": "VARCHAR", "period_type": "VARCHAR"})
    precise = [(name, kind) for name, kinds in PRECISION_PERIODS.items() for kind in kinds]
    _insert(connection, "cube.precision_period", precise)


def _buckets(periods: Iterable[Period]) -> list[tuple[str, str, date, date]]:
    """What a cube's row is filed under: its month, for weeks the Monday."""
    return [
        (p.period_type, p.name, p.start, bucket)
        for p in periods
        for bucket in ([p.start] if p.period_type == "W" else p.months)
    ]


def _compute_registers(
    connection: duckdb.DuckDBPyConnection,
    mission: Mission,
    indicators: Sequence[Indicator],
    as_of: date,
    are_kept: bool,
    engine: RowEngine,
) -> None:
    plans = cube_plans(indicators, weekly="W" in mission.period_types)
    counted = {plan.name: [planned.indicator for planned in plan.indicators] for plan in plans}
    every = list(chain.from_iterable(counted.values()))
    drop_cells(connection, [indicator.code for indicator in every], NO_MORE)
    drop_contributions(connection, every, NO_MORE)
    for plan in plans:
        months = materialize_cubes(connection, mission, plan, as_of, engine)
        if are_kept and months == []:
            continue
        changed = STALE if are_kept and months else None
        drop_contributions(connection, counted[plan.name], IN_STALE if changed else "true")
        _fill_contributions(connection, mission, plan, changed)
    _fill_source_periods(connection, plans, indicators)


def _fill_source_periods(
    connection: duckdb.DuckDBPyConnection,
    plans: Sequence[CubePlan],
    indicators: Sequence[Indicator],
) -> None:
    """The periods in which a source has any row, by the plan's clock or state or by own dates, or
    of which its files say that they hold all."""
    asked = [entry for plan in plans for entry in _asked_of_plan(plan)]
    asked += [entry for indicator in indicators for entry in _asked_of_source(indicator)]
    fill_source_periods(connection, asked)
    by_code = {indicator.code: indicator for indicator in indicators}
    for plan in plans:
        states = [one.code for one in plan.indicators if by_code[one.code].is_state]
        if plan.state and states:
            connection.execute(
                f"""INSERT INTO cube.source_period
                SELECT unnest(?), period_type, period
                FROM (SELECT DISTINCT period_type, period FROM cube.{plan.name})""",
                [states],
            )
    connection.execute(
        """INSERT INTO cube.source_period
        SELECT indicator, period_type, period FROM cube.known_period
        WHERE is_declared"""
    )
    connection.execute(
        "CREATE OR REPLACE TABLE cube.source_period AS SELECT DISTINCT * FROM cube.source_period"
    )


def _asked_of_plan(plan: CubePlan) -> Iterator[Asked]:
    if plan.clock is not None:
        for planned in plan.indicators:
            yield planned.code, plan.source, plan.clock, plan.precision is not None


def _asked_of_source(indicator: Indicator) -> Iterator[Asked]:
    source = own_source(indicator)
    contract = contracts().get(source or "")
    day = default_time_dimension(contract) if contract else None
    if contract and day:
        yield indicator.code, contract.table, day, own_precision(contract) is not None


def _fill_contributions(
    connection: duckdb.DuckDBPyConnection, mission: Mission, plan: CubePlan, of_table: str | None
) -> None:
    """What each file gave; `of_table`: of the periods in it, the others are kept."""
    connection.execute(
        f"""INSERT INTO mart.contribution
        SELECT ?, counted.indicator, rule.indicator_version, counted.period_type, counted.period,
          counted.area, counted.file_sha256, file.name, counted.rows
        FROM ({contribution_sql(plan, of_table)}) AS counted
        JOIN cube.rule AS rule
          ON rule.indicator = counted.indicator AND list_contains(rule.periods, counted.period_type)
        LEFT JOIN (SELECT file_sha256, min(name) AS name FROM ops.input_file GROUP BY ALL) AS file
          USING (file_sha256)""",
        [mission.mission],
    )


# Indicators that are written at once, in their order: memory is of some cells, not of all.
_PARTS_SQL = f"""
SELECT list(indicator ORDER BY indicator) FROM (
  SELECT indicator, sum(count(*)) OVER (ORDER BY indicator) // 40_000 AS part
  FROM {STALE_VALUE} LEFT JOIN cube.cell USING (indicator, period_type, period)
  GROUP BY indicator
) GROUP BY part ORDER BY part
"""


def _write_values(connection: duckdb.DuckDBPyConnection, mission: Mission) -> None:
    drop_stale_values(connection)
    text = written_sql(values_sql("value_part")).replace("{mission}", mission.mission)
    order = ", ".join(VALUE_KEY)
    for (codes,) in connection.execute(_PARTS_SQL).fetchall():
        part = f"FROM {STALE_VALUE} WHERE list_contains(?, indicator)"
        connection.execute(f"CREATE OR REPLACE TEMP TABLE value_part AS {part}", [codes])
        connection.execute(f"INSERT INTO mart.indicator_value BY NAME {text} ORDER BY {order}")
    _check_parts(connection)
    connection.execute(f"INSERT INTO mart.breakdown_grid {breakdown_grid_sql()}", [mission.mission])


def _check_parts(connection: duckdb.DuckDBPyConnection) -> None:
    """Raises InternalFault where parts do not make up their total: then nothing is written."""
    found = connection.execute(unequal_parts_sql()).fetchmany(5)
    names = ("indicator", "dimension", "period", "area", "total", "parts")
    problems = [
        Problem("unequal_parts", parameters=dict(zip(names, row, strict=True))) for row in found
    ]
    if problems:
        raise InternalFault(problems)


def _run(connection: duckdb.DuckDBPyConnection, statements: Iterable[str]) -> None:
    for statement in statements:
        connection.execute(statement)


def _create(connection: duckdb.DuckDBPyConnection, table: str, columns: Mapping[str, str]) -> None:
    body = ", ".join(f'"{name}" {sql_type}' for name, sql_type in columns.items())
    connection.execute(f"CREATE OR REPLACE TABLE cube.{table} ({body})")


def _insert(
    connection: duckdb.DuckDBPyConnection, table: str, rows: Sequence[tuple[object, ...]]
) -> None:
    """All rows by one statement: a column of each at a time, since row by row is slow."""
    if rows:
        columns = ", ".join("unnest(?)" for _ in rows[0])
        values = [list(column) for column in zip(*rows, strict=True)]
        connection.execute(f"INSERT INTO {table} SELECT {columns}", values)
