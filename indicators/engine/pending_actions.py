"""`mart.pending_action`, `alert_without_action`: what waits for a response or a review.

Single cases by area and day; who reported one is in no column, and protected kinds stand in their
pooled code.
"""

from collections.abc import Collection

import duckdb

from indicators.compiler.derived.columns import rows_sql
from indicators.definitions.contracts import contracts
from indicators.definitions.mission_profile import Mission
from indicators.definitions.vocabularies import vocabularies
from indicators.foundation.overdue import overdue_sql
from indicators.foundation.sql_text import pooled_sql

# The indicator of each kind: where the mission counts none of it, none of it is listed.
ALERTS, REVIEWS = "P2-OC-02", "P2-OP-15"
_ALERT_COLUMNS = {
    "alert_code", "merged_into", "action_needed", "no_action_reason", "first_action_at",
    "closed_at", "threat_type", "level", "area_code", "received_at", "received_on_local", "due_at",
}  # fmt: skip


def fill_pending_actions(
    connection: duckdb.DuckDBPyConnection, mission: Mission, selected: Collection[str]
) -> None:
    """Fill the table anew with what was pending at the end of the as-of day.

    `selected`: codes of the mission's indicators. `since` and `due_at` are UTC. Reviews are the
    candidates that the rule covers and nobody has reviewed (after `fill_review_candidates`).
    """
    if ALERTS in selected:
        kind = pooled_sql("threat_type", vocabularies()["threat_type"].pooled_as)
        rows = rows_sql(contracts()["alerts"], _ALERT_COLUMNS)
        statement = f"""SELECT ?, 'alert_response', area_code, {kind}, level, received_at, due_at,
              {overdue_sql("local_date(due_at)")}
            FROM ({rows})
            WHERE merged_into IS NULL AND action_needed AND no_action_reason IS NULL
              AND received_on_local <= as_of_day()
              AND coalesce(local_date(first_action_at) > as_of_day(), true)
              AND coalesce(local_date(closed_at) > as_of_day(), true)"""
        _insert(connection, mission, statement)
    if REVIEWS in selected:
        statement = """SELECT ?, 'after_action_review', area, type, NULL, occurred_on,
              review_due_on, is_overdue
            FROM mart.review_candidate WHERE rule = 'required' AND reviewed_on IS NULL"""
        _insert(connection, mission, statement)


def fill_alerts_without_action(
    connection: duckdb.DuckDBPyConnection, mission: Mission, selected: Collection[str]
) -> None:
    """Alerts that nobody acted on, by the reason that was recorded (2023.05 Annex A 6(m)).

    One without a reason counts once its response is overdue. An alert counts in its own area and
    in those above it; one that was merged into another does not count.
    """
    if ALERTS not in selected:
        return
    rows = rows_sql(contracts()["alerts"], _ALERT_COLUMNS)
    connection.execute(
        f"""INSERT INTO mart.alert_without_action
        SELECT ?, year(received_on_local) || '-Q' || quarter(received_on_local), up.area,
          coalesce(no_action_reason, '_U'), count(*)
        FROM ({rows}) JOIN cube.area_ancestor AS up USING (area_code)
        WHERE merged_into IS NULL AND action_needed AND received_on_local <= as_of_day()
          AND coalesce(local_date(first_action_at) > as_of_day(), true)
          AND (no_action_reason IS NOT NULL OR {overdue_sql("local_date(due_at)")})
        GROUP BY ALL ORDER BY ALL""",
        [mission.mission],
    )


def _insert(connection: duckdb.DuckDBPyConnection, mission: Mission, statement: str) -> None:
    connection.execute(
        f"INSERT INTO mart.pending_action {statement} ORDER BY ALL", [mission.mission]
    )
