"""`mart.effort`, `plan_change`, `work_plan`, `joint_activity`, `police_task`: planned and done.

Counts of what the mission itself did, by tier, phase and type of unit; what changed for people does
not belong here. An activity counts in its own area and in those above it.
"""

import duckdb

from indicators.compiler.derived.columns import rows_sql
from indicators.compiler.derived.functions import functions_sql
from indicators.definitions.contracts import contracts
from indicators.definitions.mission_profile import Mission
from indicators.foundation.database import has_table
from indicators.incremental.partition_fingerprints import changed_months, definition_of
from indicators.incremental.rows_by_month import Clock

_COLUMNS = {
    "activity_type", "status", "tier", "phase", "unit_type", "partner_components", "area_code",
    "location_precision", "started_on_local",
}  # fmt: skip
COMPLETED_ACTIVITY = "completed_activity"
COMPLETED_ACTIVITY_CLOCK = Clock(
    "activities", "started_on_local", frozenset(_COLUMNS), precision=None, weekly=False
)


def fill_effort(connection: duckdb.DuckDBPyConnection, mission: Mission) -> None:
    """Fill both tables anew up to the as-of day.

    A line of the plan is done where as many completed activities as planned cite it. Lines that
    plan persons or person-days count as lines only: activities are not compared with them.
    """
    _count_completed(connection, mission)
    connection.execute(
        """INSERT INTO mart.effort
        WITH done AS (
          SELECT up.area, month, unit_type, tier, phase, CAST(sum(done) AS BIGINT) AS done
          FROM cube.completed_activity
          JOIN cube.area_place AS place USING (area_code, location_precision)
          JOIN cube.area_ancestor AS up ON up.area_code = place.area
          GROUP BY ALL
        ),
        cited AS (
          SELECT plan_line_code, count(DISTINCT activity_code) AS done
          FROM core.activities WHERE status = 'completed' AND plan_line_code IS NOT NULL
            AND local_date(started_at) <= as_of_day()
          GROUP BY ALL
        ),
        lines AS (
          SELECT up.area, own.month, coalesce(unit.unit_type, '_U') AS unit_type,
            coalesce(own.tier, '_U') AS tier, coalesce(own.phase, '_U') AS phase,
            count(*) AS lines_planned,
            count(*) FILTER (
              quantity_unit = 'activity' AND coalesce(cited.done, 0) >= planned_quantity
            ) AS lines_done,
            CAST(sum(planned_quantity) FILTER (quantity_unit = 'activity') AS DOUBLE) AS planned,
            sum(coalesce(cited.done, 0)) FILTER (quantity_unit = 'activity') AS planned_done,
            CAST(sum(original) FILTER (quantity_unit = 'activity') AS DOUBLE) AS planned_original
          FROM (
            SELECT *, coalesce(max(planned_quantity) FILTER (
              plan_version = 1 AND quantity_unit = 'activity'
            ) OVER (PARTITION BY plan_line_code), 0) AS original
            FROM core.activity_plan
            QUALIFY row_number() OVER (
              PARTITION BY plan_line_code ORDER BY plan_version DESC) = 1
          ) AS own
          JOIN cube.area_ancestor AS up USING (area_code)
          LEFT JOIN cited USING (plan_line_code)
          LEFT JOIN (
            SELECT unit_code, arg_max(unit_type, valid_from) AS unit_type
            FROM core.units GROUP BY unit_code
          ) AS unit USING (unit_code)
          WHERE own.month <= as_of_day() GROUP BY ALL
        )
        SELECT ?, month, area, unit_type, tier, phase, done, lines_planned, lines_done, planned,
          planned_done, planned_original
        FROM done FULL JOIN lines USING (month, area, unit_type, tier, phase)
        ORDER BY ALL""",
        [mission.mission],
    )
    connection.execute(
        """INSERT INTO mart.joint_activity
        SELECT ?, month, up.area, partner_component, tier, CAST(sum(done) AS BIGINT) AS done
        FROM (
          SELECT *, unnest(partner_components) AS partner_component FROM cube.completed_activity
        )
        JOIN cube.area_place AS place USING (area_code, location_precision)
        JOIN cube.area_ancestor AS up ON up.area_code = place.area
        GROUP BY ALL ORDER BY ALL""",
        [mission.mission],
    )


def fill_police_tasks(connection: duckdb.DuckDBPyConnection, mission: Mission) -> None:
    """Completed activities of the police by element, phase and kind, and with each partner.

    Source of the matrices: STM 9.1 and 9.2; partners: 2017.12 §58–65. After `fill_effort`.
    """
    connection.execute(
        """INSERT INTO mart.police_task
        SELECT ?, month, up.area, unit_type, activity_type, phase, partner_component,
          CAST(sum(done) AS BIGINT) AS done
        FROM (
          SELECT *, unnest(list_distinct(coalesce(partner_components, [])) || ['_T'])
            AS partner_component
          FROM cube.completed_activity WHERE unit_type IN ('IPO', 'FPU', 'SPT', 'PSU')
        )
        JOIN cube.area_place AS place USING (area_code, location_precision)
        JOIN cube.area_ancestor AS up ON up.area_code = place.area
        GROUP BY ALL ORDER BY ALL""",
        [mission.mission],
    )


def fill_plan_changes(connection: duckdb.DuckDBPyConnection, mission: Mission) -> None:
    """Lines of the plan of which a later version stands, up to the as-of day.

    The original quantity is null where no version 1 was delivered, and counts in the unit of the
    current one only.
    """
    connection.execute(
        """INSERT INTO mart.plan_change
        SELECT ?, now.plan_line_code, now.budget_year, now."month", now.area_code,
          coalesce(unit.unit_type, '_U'), now.activity_type, coalesce(now.tier, '_U'),
          coalesce(now.phase, '_U'), now.quantity_unit,
          CAST(first.planned_quantity AS DOUBLE), CAST(now.planned_quantity AS DOUBLE),
          CASE WHEN now.quantity_unit = 'activity' THEN coalesce(cited.done, 0) END,
          now.plan_version, now.approved_on, now.change_reason
        FROM (
          SELECT * FROM core.activity_plan WHERE "month" <= as_of_day()
          QUALIFY row_number() OVER (PARTITION BY plan_line_code ORDER BY plan_version DESC) = 1
        ) AS now
        LEFT JOIN core.activity_plan AS first ON first.plan_line_code = now.plan_line_code
          AND first.plan_version = 1 AND first.quantity_unit = now.quantity_unit
        LEFT JOIN (
          SELECT plan_line_code, count(DISTINCT activity_code) AS done
          FROM core.activities WHERE status = 'completed'
            AND local_date(started_at) <= as_of_day()
          GROUP BY ALL
        ) AS cited ON cited.plan_line_code = now.plan_line_code
        LEFT JOIN (
          SELECT unit_code, arg_max(unit_type, valid_from) AS unit_type
          FROM core.units GROUP BY unit_code
        ) AS unit ON unit.unit_code = now.unit_code
        WHERE now.plan_version > 1
        ORDER BY ALL""",
        [mission.mission],
    )


def fill_work_plan(connection: duckdb.DuckDBPyConnection, mission: Mission) -> None:
    """The plan of the budget years begun by the as-of day, as it stands, with what was done of it.

    2017.12 §68. The original is null where no line of the group was delivered as version 1.
    """
    connection.execute(
        """INSERT INTO mart.work_plan
        WITH line AS (
          SELECT *, CAST(max(planned_quantity) FILTER (plan_version = 1)
            OVER (PARTITION BY plan_line_code, quantity_unit) AS DOUBLE) AS original
          FROM core.activity_plan
          QUALIFY row_number() OVER (PARTITION BY plan_line_code ORDER BY plan_version DESC) = 1
        ),
        cited AS (
          SELECT plan_line_code, count(DISTINCT activity_code) AS done
          FROM core.activities WHERE status = 'completed'
            AND local_date(started_at) <= as_of_day()
          GROUP BY ALL
        ),
        unit AS (
          SELECT unit_code, arg_max(unit_type, valid_from) AS unit_type
          FROM core.units GROUP BY unit_code
        )
        SELECT ?, budget_year, "month", area_code, unit_code, coalesce(unit_type, '_U'),
          activity_type, quantity_unit, outcome_code, expected_accomplishment, count(*),
          sum(original), CAST(sum(planned_quantity) AS DOUBLE),
          CAST(sum(coalesce(done, 0)) FILTER (
            quantity_unit = 'activity' AND "month" <= as_of_day()) AS BIGINT),
          string_agg(DISTINCT replace(change_reason, '|', '/'), '|' ORDER BY replace(
            change_reason, '|', '/'))
        FROM line LEFT JOIN cited USING (plan_line_code) LEFT JOIN unit USING (unit_code)
        WHERE make_date(CAST(left(budget_year, 4) AS INTEGER), 7, 1) <= as_of_day()
        GROUP BY ALL ORDER BY ALL""",
        [mission.mission],
    )


def _count_completed(connection: duckdb.DuckDBPyConnection, mission: Mission) -> None:
    """Completed activities by month in their own area, the months that changed counted anew.

    Those above it come after: counted in their own area there are far fewer rows.
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
    if months is None or not has_table(connection, "cube", COMPLETED_ACTIVITY):
        connection.execute(f"CREATE OR REPLACE TABLE {table} AS {rows} GROUP BY ALL")
    elif months:
        connection.execute(f"DELETE FROM {table} WHERE list_contains(?, month)", [months])
        where = "list_contains(?, CAST(date_trunc('month', started_on_local) AS DATE))"
        connection.execute(f"INSERT INTO {table} {rows} AND {where} GROUP BY ALL", [months])
