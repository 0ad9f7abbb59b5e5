"""`mart.handover`: areas that UN police left, and what became of the host-State post there.

The cases of P3-OC-11 (definitions 61): where the mission does not count it, none is listed.
"""

from collections.abc import Collection

import duckdb

from indicators.compiler.derived.columns import rows_sql
from indicators.definitions.contracts import contracts
from indicators.definitions.mission_profile import Mission

LEFT = "P3-OC-11"
_COLUMNS = {
    "area_code", "base_name", "to_on", "police_left", "six_months_on", "post_reported_then",
    "post_staffed_then",
}  # fmt: skip


def fill_handovers(
    connection: duckdb.DuckDBPyConnection, mission: Mission, selected: Collection[str]
) -> None:
    """One row an area and day of leaving, up to the as-of day (2023.05 Annex A 20(f)).

    `selected`: codes of the mission's indicators.
    """
    if LEFT not in selected:
        return
    connection.execute(
        f"""INSERT INTO mart.handover
        SELECT ?, area_code, base_name, to_on, six_months_on,
          CASE
            WHEN six_months_on > as_of_day() THEN 'not_yet'
            WHEN post_staffed_then THEN 'staffed'
            WHEN post_reported_then THEN 'not_staffed'
            ELSE 'not_reported'
          END
        FROM ({rows_sql(contracts()["deployments"], _COLUMNS)})
        WHERE police_left AND to_on <= as_of_day()
        ORDER BY ALL""",
        [mission.mission],
    )
