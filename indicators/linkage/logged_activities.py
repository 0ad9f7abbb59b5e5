"""Single activities in the areas where they count, and what they cost."""

from collections.abc import Iterable
from datetime import date

import duckdb
import pandas as pd

from indicators.catalogue import Indicator
from indicators.contracts import contracts
from indicators.derived import functions_sql, rows_sql
from indicators.linkage.counted_rows import counted_columns
from indicators.mission import Mission

SOURCE = "activities"
EFFORT = ("person_days", "nights", "km")
_COLUMNS = {
    "activity_type", "status", "component", "partner_components", "area_code",
    "location_precision", "started_on_local", "is_long_range", "person_days", "nights_out",
    "distance_km",
}  # fmt: skip


def log_activities(
    connection: duckdb.DuckDBPyConnection,
    mission: Mission,
    as_of: date,
    outputs: Iterable[Indicator] = (),
) -> None:
    """Make the functions of expressions and the temporary table `logged_activity`.

    A row an activity and `area` in which it counts, with what `outputs` look at to count it, and
    `person_days`, `nights` and `km` as numbers. Needs the area tables of `indicators.places`.
    """
    for statement in functions_sql(mission, as_of.isoformat()):
        connection.execute(statement)
    connection.execute(logged_activity_sql(outputs))


def logged_activity_sql(outputs: Iterable[Indicator] = ()) -> str:
    """CREATE statement of `logged_activity`."""
    columns = _COLUMNS.union(*(counted_columns(output) for output in outputs))
    return f"""CREATE OR REPLACE TEMP TABLE logged_activity AS
SELECT up.area, own.* REPLACE (CAST(person_days AS DOUBLE) AS person_days),
  CAST(nights_out AS DOUBLE) AS nights, CAST(distance_km AS DOUBLE) AS km
FROM (
{rows_sql(contracts()[SOURCE], columns)}
) AS own
JOIN cube.area_place AS place USING (area_code, location_precision)
JOIN cube.area_up AS up ON up.area_code = place.area"""


def effort(activities: pd.DataFrame) -> dict[str, float | None]:
    """Person-days, nights out and kilometres of these activities; None where none is logged."""
    known = {name: activities[name].dropna() for name in EFFORT}
    return {name: float(values.sum()) if len(values) else None for name, values in known.items()}
