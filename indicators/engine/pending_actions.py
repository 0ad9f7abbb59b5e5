"""`mart.pending_action`: alerts without a recorded response, incidents whose review is due.

Single cases by area and day; who reported one is in no column, and protected kinds stand in their
pooled code.
"""

from collections.abc import Collection, Mapping

import duckdb

from indicators.compiler.derived.columns import rows_sql
from indicators.definitions.contracts import contracts
from indicators.definitions.mission_profile import Mission
from indicators.definitions.vocabularies import vocabularies
from indicators.foundation.sql_text import literal

# The indicator of each kind: where the mission counts none of it, none of it is listed.
ALERTS, REVIEWS = "P2-OC-02", "P2-OP-15"
_ALERT_COLUMNS = {
    "alert_code", "merged_into", "action_needed", "no_action_reason", "first_action_at",
    "closed_at", "threat_type", "level", "area_code", "received_at", "received_on_local", "due_at",
}  # fmt: skip
_REVIEW_COLUMNS = {
    "incident_code", "incident_type", "area_code", "occurred_on", "review_required",
    "review_due_on", "reviewed_on",
}  # fmt: skip


def fill_pending_actions(
    connection: duckdb.DuckDBPyConnection, mission: Mission, selected: Collection[str]
) -> None:
    """Fill the table anew with what was pending at the end of the as-of day.

    `selected`: codes of the mission's indicators. `since` and `due_at` are UTC; a review is due
    sixty days after the incident was closed (2023.05 §87), and has no date before that.
    """
    if ALERTS in selected:
        kind = pooled_sql("threat_type", vocabularies()["threat_type"].pooled_as)
        rows = rows_sql(contracts()["alerts"], _ALERT_COLUMNS)
        statement = f"""SELECT ?, 'alert_response', area_code, {kind}, level, received_at, due_at
            FROM ({rows})
            WHERE merged_into IS NULL AND action_needed AND no_action_reason IS NULL
              AND received_on_local <= as_of_day()
              AND coalesce(local_date(first_action_at) > as_of_day(), true)
              AND coalesce(local_date(closed_at) > as_of_day(), true)"""
        _insert(connection, mission, statement)
    if REVIEWS in selected:
        kind = pooled_sql("incident_type", vocabularies()["incident_type"].pooled_as)
        rows = rows_sql(contracts()["incidents"], _REVIEW_COLUMNS)
        statement = f"""SELECT ?, 'after_action_review', area_code, {kind}, NULL, occurred_on,
              review_due_on
            FROM ({rows})
            WHERE review_required AND occurred_on <= as_of_day()
              AND coalesce(reviewed_on > as_of_day(), true)"""
        _insert(connection, mission, statement)


def _insert(connection: duckdb.DuckDBPyConnection, mission: Mission, statement: str) -> None:
    connection.execute(
        f"INSERT INTO mart.pending_action {statement} ORDER BY ALL", [mission.mission]
    )


def pooled_sql(column: str, pooled_as: Mapping[str, str]) -> str:
    """A column of kinds with the protected ones in the code that they are pooled in."""
    cases = " ".join(
        f"WHEN {literal(kind)} THEN {literal(pool)}" for kind, pool in pooled_as.items()
    )
    return f"CASE {column} {cases} ELSE {column} END" if cases else column
