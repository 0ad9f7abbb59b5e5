"""`mart.review_candidate`: incidents that the rule for after-action reviews covers or may cover.

2023.05 §87. Which are covered is the rule's to say; how each is to be judged is a person's.
"""

from collections.abc import Collection

import duckdb

from indicators.compiler.derived.columns import rows_sql
from indicators.definitions.contracts import contracts
from indicators.definitions.mission_profile import Mission
from indicators.definitions.vocabularies import vocabularies
from indicators.engine.pending_actions import REVIEWS
from indicators.foundation.overdue import overdue_sql
from indicators.foundation.sql_text import pooled_sql

_COLUMNS = {
    "incident_code", "incident_type", "area_code", "occurred_on", "is_near_base", "known_threat",
    "review_required", "review_undecided", "closed_on", "review_due_on", "reviewed_on",
}  # fmt: skip


def fill_review_candidates(
    connection: duckdb.DuckDBPyConnection, mission: Mission, selected: Collection[str]
) -> None:
    """Candidates up to the as-of day; what was closed or reviewed later is not known yet.

    `selected`: codes of the mission's indicators; without that of reviews the table stays empty.
    """
    if REVIEWS not in selected:
        return
    kind = pooled_sql("incident_type", vocabularies()["incident_type"].pooled_as)
    connection.execute(
        f"""INSERT INTO mart.review_candidate
        WITH known AS (
          SELECT * REPLACE (
            CASE WHEN closed_on <= as_of_day() THEN review_due_on END AS review_due_on,
            CASE WHEN reviewed_on <= as_of_day() THEN reviewed_on END AS reviewed_on
          )
          FROM ({rows_sql(contracts()["incidents"], _COLUMNS)})
          WHERE (review_required OR review_undecided) AND occurred_on <= as_of_day()
        )
        SELECT ?, incident_code, area_code, {kind}, occurred_on, is_near_base, known_threat,
          review_due_on, reviewed_on,
          row_number() OVER (ORDER BY occurred_on, area_code, incident_code),
          CASE WHEN review_required THEN 'required' ELSE 'undecided' END,
          review_required AND {overdue_sql("review_due_on", "reviewed_on")}
        FROM known
        ORDER BY ALL""",
        [mission.mission],
    )
