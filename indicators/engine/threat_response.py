"""`mart.threat_response` and `mart.hot_spot`: what was done against each assessed threat.

Threats of the quarterly assessment (2023.05 §76-77) by tier, and the hot spots of the as-of day.
Protected kinds stand in their pooled code. Counts in an area hold those of the areas below it.
"""

import duckdb

from indicators.compiler.derived.columns import rows_sql
from indicators.definitions.contracts import contracts
from indicators.definitions.mission_profile import Mission
from indicators.definitions.vocabularies import vocabularies
from indicators.foundation.sql_text import pooled_sql

_ACTIVITY_COLUMNS = {
    "threat_type", "status", "tier", "area_code", "location_precision", "started_on_local",
}  # fmt: skip
_ALERT_COLUMNS = {
    "merged_into", "action_needed", "threat_type", "area_code", "received_on_local",
    "first_action_at",
}  # fmt: skip
_VISIT_COLUMNS = {"hot_spot_code", "activity_type", "status", "started_on_local"}


def fill_threat_response(connection: duckdb.DuckDBPyConnection, mission: Mission) -> None:
    """Each threat assessed for a quarter by area and tier, up to the as-of day's quarter.

    Done: completed activities that name the threat. Planned: activities of the plan's newest
    version whose lines name it. Answered: alerts that needed action, with a recorded first action
    by the as-of day; they have no tier. Counts are zero where nothing was reported.
    """
    kind = _kind_sql()
    connection.execute(
        f"""INSERT INTO mart.threat_response
        WITH assessed AS (
          SELECT quarter, up.area, {kind} AS threat,
            max(CAST(likelihood AS INTEGER) * CAST(impact AS INTEGER)) AS risk,
            count(DISTINCT own.area_code) AS areas_assessed,
            count(DISTINCT own.area_code) FILTER (trend = 'rising') AS areas_rising
          FROM core.threat_assessments AS own JOIN cube.area_ancestor AS up USING (area_code)
          WHERE quarter <= {_quarter_sql("as_of_day()")} GROUP BY ALL
        ),
        activity AS (
          SELECT {_quarter_sql("started_on_local")} AS quarter, place.area AS own_area, tier,
            {kind} AS threat, count(*) AS done
          FROM ({rows_sql(contracts()["activities"], _ACTIVITY_COLUMNS)})
          JOIN cube.area_place AS place USING (area_code, location_precision)
          WHERE status = 'completed' AND threat_type IS NOT NULL
            AND started_on_local <= as_of_day()
          GROUP BY ALL
        ),
        done AS (
          SELECT quarter, up.area, threat, coalesce(tier, '_T') AS tier,
            CAST(sum(done) AS BIGINT) AS done, count(DISTINCT own_area) AS places
          FROM activity JOIN cube.area_ancestor AS up ON up.area_code = own_area
          GROUP BY GROUPING SETS ((quarter, up.area, threat, tier), (quarter, up.area, threat))
        ),
        line AS (
          SELECT {_quarter_sql("month")} AS quarter, area_code, coalesce(tier, '_U') AS tier,
            {kind} AS threat, planned_quantity
          FROM (
            SELECT * FROM core.activity_plan
            QUALIFY row_number() OVER (
              PARTITION BY plan_line_code ORDER BY plan_version DESC) = 1
          )
          WHERE quantity_unit = 'activity' AND threat_type IS NOT NULL
        ),
        planned AS (
          SELECT quarter, up.area, threat, coalesce(tier, '_T') AS tier,
            CAST(sum(planned_quantity) AS DOUBLE) AS planned
          FROM line JOIN cube.area_ancestor AS up USING (area_code)
          GROUP BY GROUPING SETS ((quarter, up.area, threat, tier), (quarter, up.area, threat))
        ),
        alert AS (
          SELECT {_quarter_sql("received_on_local")} AS quarter, up.area, {kind} AS threat,
            '_T' AS tier, count(*) AS alerts,
            count(*) FILTER (local_date(first_action_at) <= as_of_day()) AS alerts_answered
          FROM ({rows_sql(contracts()["alerts"], _ALERT_COLUMNS)})
          JOIN cube.area_ancestor AS up USING (area_code)
          WHERE merged_into IS NULL AND action_needed AND received_on_local <= as_of_day()
          GROUP BY ALL
        )
        SELECT ?, quarter, area, threat, tier, risk, areas_assessed, areas_rising, planned,
          coalesce(done, 0), coalesce(places, 0),
          CASE tier WHEN '_T' THEN coalesce(alerts, 0) END,
          CASE tier WHEN '_T' THEN coalesce(alerts_answered, 0) END
        FROM assessed CROSS JOIN (SELECT unnest(['I', 'II', 'III', '_T']) AS tier)
        LEFT JOIN done USING (quarter, area, threat, tier)
        LEFT JOIN planned USING (quarter, area, threat, tier)
        LEFT JOIN alert USING (quarter, area, threat, tier)
        ORDER BY ALL""",
        [mission.mission],
    )


def fill_hot_spots(connection: duckdb.DuckDBPyConnection, mission: Mission) -> None:
    """Each hot spot that stands on the as-of day, with its visits since it was listed."""
    connection.execute(
        f"""INSERT INTO mart.hot_spot
        WITH visit AS (
          SELECT hot_spot_code AS cited_code, started_on_local AS visited_on
          FROM ({rows_sql(contracts()["activities"], _VISIT_COLUMNS)})
          WHERE activity_type = 'patrol' AND status = 'completed' AND hot_spot_code IS NOT NULL
            AND started_on_local <= as_of_day()
        )
        SELECT ?, hot_spot_code, area_code, {_kind_sql()} AS threat, priority, valid_from,
          count(visited_on), max(visited_on)
        FROM core.hot_spots LEFT JOIN visit
          ON cited_code = hot_spot_code AND visited_on >= valid_from
        WHERE valid_from <= as_of_day() AND coalesce(valid_to >= as_of_day(), true)
        GROUP BY ALL ORDER BY ALL""",
        [mission.mission],
    )


def _kind_sql() -> str:
    return pooled_sql("threat_type", vocabularies()["threat_type"].pooled_as)


def _quarter_sql(day: str) -> str:
    return f"year({day}) || '-Q' || quarter({day})"
