"""`mart.operation`: each operation with the risk assessed before it and the review after it.

2023.05 §54-55. Who led one is in no column: neither units nor commanders are compared.
"""

import duckdb

from indicators.compiler.derived.columns import rows_sql
from indicators.definitions.contracts import contracts
from indicators.definitions.mission_profile import Mission
from indicators.foundation.overdue import overdue_sql

_COLUMNS = {
    "operation_code", "area_code", "operation_type", "started_on", "closed_on", "risk_assessed",
    "mitigation_recorded", "review_due_on",
}  # fmt: skip


def fill_operations(connection: duckdb.DuckDBPyConnection, mission: Mission) -> None:
    """Every operation begun by the as-of day; what happened to it later is not known yet.

    `reviewed_on`: the first review completed. `are_residents_heard`: whether any completed one
    heard residents' views; null where none says.
    """
    due = "CASE WHEN closed_on <= as_of_day() THEN review_due_on END"
    connection.execute(
        f"""INSERT INTO mart.operation
        WITH review AS (
          SELECT operation_code, min(completed_on) AS reviewed_on,
            bool_or(perceptions_heard) AS are_residents_heard
          FROM core.after_action_reviews
          WHERE completed_on <= as_of_day() AND coalesce(completed_on >= started_on, true)
          GROUP BY operation_code
        )
        SELECT ?, operation_code, area_code, operation_type, started_on,
          CASE WHEN closed_on <= as_of_day() THEN closed_on END, risk_assessed,
          mitigation_recorded, {due},
          reviewed_on, are_residents_heard, {overdue_sql(due, "reviewed_on")}
        FROM ({rows_sql(contracts()["operations"], _COLUMNS)})
        LEFT JOIN review USING (operation_code)
        WHERE started_on <= as_of_day()
        ORDER BY ALL""",
        [mission.mission],
    )
