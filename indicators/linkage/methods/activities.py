"""Single activities in the areas where they count, of which kind they are, and what they cost."""

from collections.abc import Collection, Iterable, Mapping
from datetime import date

import duckdb
import pandas as pd

from indicators.compiler.derived.columns import rows_sql
from indicators.compiler.derived.functions import functions_sql
from indicators.compiler.indicator_filter import counted_columns
from indicators.definitions.contracts import contracts
from indicators.definitions.derivations import period_columns
from indicators.definitions.indicator import Indicator
from indicators.definitions.mission_profile import Mission
from indicators.linkage.finding import ALL_KINDS

SOURCE = "activities"
# Who reports of the places where the mission itself goes; all others are independent of it.
PATROLLING_REPORTERS = ("un_police", "un_military")
EFFORT = ("person_days", "nights", "km")
# Ended on the local day on which it began, with no night noted: nobody was out for one.
BACK_SAME_DAY_SQL = """coalesce(ended_at >= started_at
    AND local_date(ended_at) = local_date(started_at) AND coalesce(nights_out, 0) = 0, false)"""
# As SQL over KIND_COLUMNS. Kinds overlap: a joint patrol by police is one by police too.
ACTIVITY_KINDS: Mapping[str, str] = {
    ALL_KINDS: "true",
    "police": "coalesce(component = 'police', false)",
    "military": "coalesce(component = 'military', false)",
    "joint": "coalesce(list_contains(partner_components, 'military'), false)",
    "long_range": "coalesce(is_long_range, false)",
    "not_long_range": "coalesce(NOT is_long_range, false)",
}
KIND_COLUMNS = {"component", "partner_components", "is_long_range"}
COST_COLUMNS = ("activity_code", "person_days", "nights", "km", "is_back_same_day")
_COLUMNS = KIND_COLUMNS | {
    "activity_code", "activity_type", "status", "area_code", "location_precision", "started_at",
    "started_on_local", "ended_at", "person_days", "nights_out", "distance_km",
}  # fmt: skip


def has_events(
    output: Indicator, outcome: Indicator, sources: Collection[str] = ("incidents",)
) -> bool:
    """Whether an edge goes from single activities to single rows of one of these sources.

    What belongs to a row and a period, not to the row alone, makes no single event.
    """
    return (
        output.source == SOURCE
        and outcome.source in sources
        and not any(
            counted_columns(indicator) & set(period_columns(contracts()[indicator.source]))
            for indicator in (output, outcome)
        )
    )


def log_activities(
    connection: duckdb.DuckDBPyConnection,
    mission: Mission,
    as_of: date,
    outputs: Iterable[Indicator] = (),
) -> str:
    """Make the functions of expressions and the temporary table `logged_activity`; its name.

    A row an activity and `area` in which it counts, with what `outputs` look at to count it, and
    `person_days`, `nights` (as noted), `km` and `hours` out as numbers, `is_back_same_day`. Needs
    the area tables of `indicators.compiler.areas`.
    """
    for statement in functions_sql(mission, as_of.isoformat()):
        connection.execute(statement)
    connection.execute(logged_activity_sql(outputs))
    return "logged_activity"


def logged_activity_sql(outputs: Iterable[Indicator] = ()) -> str:
    """CREATE statement of `logged_activity`."""
    columns = _COLUMNS.union(*(counted_columns(output) for output in outputs))
    return f"""CREATE OR REPLACE TEMP TABLE logged_activity AS
SELECT up.area, own.* REPLACE (CAST(person_days AS DOUBLE) AS person_days),
  CAST(nights_out AS DOUBLE) AS nights, CAST(distance_km AS DOUBLE) AS km,
  {BACK_SAME_DAY_SQL} AS is_back_same_day,
  CASE WHEN ended_at >= started_at THEN date_diff('minute', started_at, ended_at) / 60 END AS hours
FROM (
{rows_sql(contracts()[SOURCE], columns)}
) AS own
JOIN cube.area_place AS place USING (area_code, location_precision)
JOIN cube.area_ancestor AS up ON up.area_code = place.area"""


def kinds_and_cost_sql() -> str:
    """Columns of `logged_activity`: whether it is of each kind, by that name, and its cost."""
    kinds = [f'{text} AS "{kind}"' for kind, text in ACTIVITY_KINDS.items()]
    return ", ".join([*kinds, *COST_COLUMNS])


def effort(activities: pd.DataFrame) -> dict[str, float | None]:
    """`person_days`, `nights` out and `km` of these activities, as far as they were logged.

    None where nothing was. No nights (0) only where every activity says so: noted as 0, or ended on
    the day on which it began. That it was not long range does not say so.
    """
    return {
        "person_days": _logged(activities["person_days"]),
        "nights": _nights(activities),
        "km": _logged(activities["km"]),
    }


def _logged(values: pd.Series) -> float | None:
    return float(values.sum()) if values.notna().any() else None


def _nights(activities: pd.DataFrame) -> float | None:
    away = activities.loc[~activities["is_back_same_day"].astype(bool), "nights"]
    is_unknown = activities.empty or (away.isna().any() and not away.sum() > 0)
    return None if is_unknown else float(away.sum())
