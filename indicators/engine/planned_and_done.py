"""Planned and done: what the tables of the plan and of completed activities are made of.

Counts of what the mission itself did, by tier, phase and type of unit; what changed for people does
not belong here. An activity counts in its own area and in those above it.
"""

from collections.abc import Sequence
from datetime import date

import duckdb

from indicators.compiler.base_cube import in_months_sql
from indicators.compiler.derived.columns import rows_sql
from indicators.compiler.derived.functions import functions_sql
from indicators.compiler.indicator_filter import counted_columns, filter_sql
from indicators.definitions.contracts import contracts
from indicators.definitions.indicator import Indicator
from indicators.definitions.mission_profile import Mission
from indicators.foundation.periods import period_of
from indicators.foundation.stored.database import has_table
from indicators.incremental.partition_fingerprints import changed_months, definition_of
from indicators.incremental.rows_by_month import Clock
from indicators.incremental.values import COUNTED_BY_MONTH

_COLUMNS = {
    "activity_type", "status", "tier", "phase", "unit_type", "partner_components", "area_code",
    "location_precision", "started_on_local",
}  # fmt: skip
COMPLETED_ACTIVITY = "completed_activity"
COMPLETED_ACTIVITY_CLOCK = Clock(
    "activities", "started_on_local", frozenset(_COLUMNS), precision=None, weekly=False
)
COMPARED = ("activity", "person_day")  # units of a plan that activities are compared with
_KINDS = ("M", "Q", "S", "A", "B")  # a plan is made by month: weeks have none
_UNITS = {"activities": "activity", "person_days": "person_day"}
_PLANNED_COLUMNS = {"activity_type", "component", "unit_type", "tier", "phase", "is_long_range"}
_COMPLETED = "(status = 'completed')"
_DONE_COLUMNS = {
    "activity_type", "status", "unit_code", "tier", "phase", "is_long_range", "area_code",
    "location_precision", "started_on_local", "plan_line_code", "person_days",
}  # fmt: skip


def fill_plans(
    connection: duckdb.DuckDBPyConnection,
    mission: Mission,
    indicators: Sequence[Indicator],
    are_kept: bool,
) -> None:
    """`mart.output_plan`, and what the queries of the other tables of a plan read.

    `are_kept`: the mart stands as the last refresh left it.
    """
    is_planned = _read_plan(connection)
    _count_completed(connection, mission, are_kept)
    if is_planned:
        _fill_output_plan(connection, mission, indicators)


def _read_plan(connection: duckdb.DuckDBPyConnection) -> bool:
    """`plan_line`: each line as it stands, of whom, and what was done of it; `plan_done`: where.
    Whether there is any line.

    A completed activity belongs to a line of its unit, month and kind whose area holds it: to the
    one that it cites, else to that of the lowest area, else to the largest; whether or not it cites
    one. Without such a line it is done where nothing was planned, which is told of the years that
    have a plan: no activity more than a year from all planned months is looked at. Lines of persons
    and facilities are not compared with activities.
    """
    done = rows_sql(contracts()["activities"], {*_DONE_COLUMNS})
    connection.execute(
        """CREATE OR REPLACE TEMP TABLE plan_current AS
        SELECT line.*, first.planned_quantity AS original
        FROM (
          SELECT * FROM core.activity_plan
          QUALIFY row_number() OVER (PARTITION BY plan_line_code ORDER BY plan_version DESC) = 1
        ) AS line
        LEFT JOIN core.activity_plan AS first ON first.plan_line_code = line.plan_line_code
          AND first.plan_version = 1 AND first.quantity_unit = line.quantity_unit"""
    )
    asked = """SELECT CAST(min("month") - INTERVAL 1 YEAR AS DATE),
      CAST(max("month") + INTERVAL 1 YEAR AS DATE) FROM plan_current"""
    (begins, ends) = connection.execute(asked).fetchall()[0]
    years = f"started_on_local BETWEEN DATE '{begins}' AND DATE '{ends}'" if begins else "false"
    connection.execute(
        f"""CREATE OR REPLACE TEMP TABLE plan_done AS
        WITH own AS (
          SELECT area, CAST(date_trunc('month', started_on_local) AS DATE) AS "month", unit_code,
            activity_type, tier, phase, is_long_range, plan_line_code AS cited,
            count(*) AS activities,
            CAST(sum(person_days) AS BIGINT) AS person_days
          FROM ({done}) JOIN cube.area_place USING (area_code, location_precision)
          WHERE status = 'completed' AND started_on_local <= as_of_day()
            AND {years}
          GROUP BY ALL
        )
        SELECT own.* EXCLUDE (cited), plan_line_code, quantity_unit, CASE quantity_unit
          WHEN 'person_day' THEN person_days ELSE activities END AS done
        FROM own LEFT JOIN (
          SELECT line.*, up.area_code AS inside, level_rank
          FROM cube.area_ancestor AS up JOIN plan_current AS line ON line.area_code = up.area
          WHERE quantity_unit IN {COMPARED}
        ) AS line
          ON inside = own.area AND line."month" = own."month"
          AND line.unit_code = own.unit_code AND line.activity_type = own.activity_type
        QUALIFY row_number() OVER (
          PARTITION BY own, quantity_unit
          ORDER BY cited IS NOT DISTINCT FROM plan_line_code DESC, level_rank DESC,
            planned_quantity DESC, plan_line_code
        ) = 1;

        CREATE OR REPLACE TEMP TABLE plan_unit AS
        SELECT own.unit_code, "month", component, coalesce(unit_type, '_U') AS unit_type
        FROM (
          SELECT unit_code, "month" FROM plan_current UNION SELECT unit_code, "month" FROM plan_done
        ) AS own
        ASOF LEFT JOIN core.units AS unit
          ON unit.unit_code = own.unit_code AND last_day(own."month") >= unit.valid_from;

        CREATE OR REPLACE TEMP TABLE plan_line AS
        SELECT line.*, component, unit_type,
          CASE WHEN quantity_unit IN {COMPARED} AND "month" <= as_of_day()
          THEN coalesce(done, 0) END AS done
        FROM plan_current AS line LEFT JOIN (
          SELECT plan_line_code, CAST(sum(done) AS BIGINT) AS done FROM plan_done
          WHERE plan_line_code IS NOT NULL GROUP BY ALL
        ) USING (plan_line_code)
        LEFT JOIN plan_unit USING (unit_code, "month")"""
    )
    _name_periods(connection)
    return begins is not None


def _name_periods(connection: duckdb.DuckDBPyConnection) -> None:
    """`plan_period`: the periods in which the months of plans and activities lie."""
    months = connection.execute(
        'SELECT "month" FROM plan_current UNION SELECT "month" FROM plan_done ORDER BY ALL'
    ).fetchall()
    rows = [(month, kind, period_of(month, kind).name) for (month,) in months for kind in _KINDS]
    connection.execute(
        'CREATE OR REPLACE TEMP TABLE plan_period ("month" DATE, period_type TEXT, period TEXT)'
    )
    if rows:
        connection.executemany("INSERT INTO plan_period VALUES (?, ?, ?)", rows)


def _fill_output_plan(
    connection: duckdb.DuckDBPyConnection, mission: Mission, indicators: Sequence[Indicator]
) -> None:
    """What was planned by the as-of day of every output that the columns of a line can tell.

    Done is the output's own figure; `unplanned`: how much of it fell where nothing was planned.
    """
    for indicator in indicators:
        column = _planned_in(indicator)
        if column is None:
            continue
        connection.execute(
            f"""INSERT INTO mart.output_plan
            WITH line AS (
              SELECT up.area, "month", planned_quantity AS quantity, original, 0 AS unplanned,
                component
              FROM plan_line JOIN cube.area_ancestor AS up USING (area_code)
              WHERE quantity_unit = ? AND "month" <= as_of_day()
                AND {filter_sql(indicator, without="status")}
              UNION ALL
              SELECT up.area, "month", 0, 0, {column}, component
              FROM plan_done LEFT JOIN plan_unit USING (unit_code, "month")
              JOIN cube.area_ancestor AS up ON up.area_code = plan_done.area
              WHERE quantity_unit IS NULL AND {filter_sql(indicator, without="status")}
            )
            SELECT ?, ?, period, CAST(sum(quantity) AS DOUBLE), period_type, area,
              CAST(sum(original) AS DOUBLE), CAST(sum(unplanned) AS BIGINT),
              CASE WHEN count(DISTINCT component) = 1 THEN min(component) ELSE '_T' END
            FROM line JOIN plan_period USING ("month")
            WHERE list_contains(?, period_type)
            GROUP BY ALL HAVING sum(quantity) > 0 ORDER BY ALL""",
            [_UNITS[column], mission.mission, indicator.code, list(indicator.periods)],
        )


def _planned_in(indicator: Indicator) -> str | None:
    """What of an activity the output adds up; None where a line of the plan cannot tell it."""
    measure = indicator.measure
    is_told = (
        indicator.level == "output"
        and indicator.source == "activities"
        and counted_columns(indicator) <= _PLANNED_COLUMNS | {"status"}
        and filter_sql(indicator, within={"status"}) == _COMPLETED
    )
    if is_told and measure.kind == "count":
        return "activities"
    return "person_days" if is_told and measure.value == "person_days" else None


def _count_completed(
    connection: duckdb.DuckDBPyConnection, mission: Mission, are_kept: bool
) -> None:
    """Completed activities by month in their own area, the months that changed counted anew.

    Those above it come after: counted in their own area there are far fewer rows. The tables of the
    mart that hold nothing else lose the same months: their queries read `changed_activity`.
    """
    rows = f"""SELECT area_code, location_precision,
      CAST(date_trunc('month', started_on_local) AS DATE) AS month,
      coalesce(unit_type, '_U') AS unit_type, activity_type, tier, phase, partner_components,
      count(*) AS done
    FROM (
    {rows_sql(contracts()["activities"], {*COMPLETED_ACTIVITY_CLOCK.columns})}
    )
    WHERE status = 'completed' AND started_on_local <= as_of_day()"""
    clock, table = COMPLETED_ACTIVITY_CLOCK, f"cube.{COMPLETED_ACTIVITY}"
    definition = definition_of([rows, *functions_sql(mission, "")])
    months = changed_months(connection, COMPLETED_ACTIVITY, clock, definition)
    if not has_table(connection, "cube", COMPLETED_ACTIVITY):
        months = None
    if months is None:
        connection.execute(f"CREATE OR REPLACE TABLE {table} AS {rows} GROUP BY ALL")
    elif months:
        connection.execute(f"DELETE FROM {table} WHERE list_contains(?, month)", [months])
        where = in_months_sql("started_on_local", months)
        connection.execute(f"INSERT INTO {table} {rows} AND ({where}) GROUP BY ALL")
    _forget_months(connection, months if are_kept else None)


def _forget_months(connection: duckdb.DuckDBPyConnection, months: Sequence[date] | None) -> None:
    """`changed_activity`: what was completed in these months (None: in all)."""
    listed = [month.isoformat() for month in months or ()]
    where = "true" if months is None else f"list_contains(CAST({listed} AS DATE[]), month)"
    for table in COUNTED_BY_MONTH:
        connection.execute(f"DELETE FROM mart.{table} WHERE {where}")
    connection.execute(
        f"""CREATE OR REPLACE TEMP VIEW changed_activity AS
        FROM cube.{COMPLETED_ACTIVITY} WHERE {where}"""
    )
