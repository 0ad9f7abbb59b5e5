"""`mart.lesson` and `mart.community_feedback`: what reviews taught and what residents said, coded.

No name is in any row. Feedback is of persons: counted by one dimension at a time, by quarter, in
its own area and those above it.
"""

import duckdb

from indicators.definitions.mission_profile import Mission
from indicators.definitions.vocabularies import vocabularies
from indicators.foundation.codes import EXACT
from indicators.foundation.sql_text import pooled_sql

_DIMENSIONS = ("theme", "sentiment")


def fill_lessons(connection: duckdb.DuckDBPyConnection, mission: Mission) -> None:
    """The lessons of reviews completed by the as-of day, tagged as the reviewers tagged them."""
    threat = pooled_sql("threat_type", vocabularies()["threat_type"].pooled_as)
    connection.execute(
        f"""INSERT INTO mart.lesson
        SELECT ?, coalesce(incident.area_code, operation.area_code), completed_on, review_kind,
          CASE WHEN review.incident_code IS NULL THEN 'operation' ELSE 'incident' END,
          unnest(lessons), tier, phase, {threat}, coalesce(for_headquarters, false)
        FROM core.after_action_reviews AS review
        LEFT JOIN core.incidents AS incident USING (incident_code)
        LEFT JOIN core.operations AS operation USING (operation_code)
        WHERE completed_on <= as_of_day()
        ORDER BY ALL""",
        [mission.mission],
    )


def fill_community_feedback(connection: duckdb.DuckDBPyConnection, mission: Mission) -> None:
    """What was heard up to the as-of day; a thing without a tone counts as `_U` there."""
    for dimension in _DIMENSIONS:
        connection.execute(
            f"""INSERT INTO mart.community_feedback
            SELECT ?, year(heard_on) || '-Q' || quarter(heard_on) AS quarter, up.area,
              '{dimension}', coalesce({dimension}, '_U') AS code, count(*), '{EXACT}'
            FROM core.community_feedback AS own
            JOIN cube.area_ancestor AS up USING (area_code)
            WHERE heard_on <= as_of_day()
            GROUP BY ALL ORDER BY ALL""",
            [mission.mission],
        )
