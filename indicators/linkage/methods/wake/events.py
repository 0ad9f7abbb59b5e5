"""The events of one edge as rows for wake analysis: activities done, controls, and incidents.

Treated are the activities that the output counts. Controls are, as the edge says, those of the same
kind that were called off for a reason that has nothing to do with security, at the place and time
where they were planned; eligible place-times of the plan (`place_times.py`); or activities of
another type, which another indicator counts. Dependent are the incidents that the outcome counts.

Of one kind (police, long range): its own activities, and its own that were called off; place-times
of the plan and activities of another type are the same for every kind. What the output counts of
other kinds stands beside: it is compared with nothing, and overlaps.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

import duckdb
import pandas as pd

from indicators.compiler.derived.columns import rows_sql
from indicators.compiler.indicator_filter import counted_columns, filter_sql
from indicators.definitions.contracts import contracts
from indicators.definitions.indicator import Indicator
from indicators.linkage.finding import ALL_KINDS
from indicators.linkage.methods.activities import ACTIVITY_KINDS, BACK_SAME_DAY_SQL, KIND_COLUMNS
from indicators.linkage.methods.wake.place_times import PLANNED, place_time_sql

ACTIVITIES, INCIDENTS = "activities", "incidents"
# Called off for other reasons a patrol says nothing of the place; "insecurity" does.
SECURITY_REASONS = ("insecurity",)
CALLED_OFF = ("aborted", "cancelled")
RISK_DAYS = 90
TREATED, DEPENDENT, BESIDE = "treated", "incident", "other_kind"
CALLED_OFF_TYPE, OTHER_ACTIVITY = "called_off", "other_activity"
_CAVEATS = {PLANNED: "place_times", OTHER_ACTIVITY: "other_activity"}
_ACTIVITY_COLUMNS = KIND_COLUMNS | {
    "activity_code", "status", "status_reason", "started_at", "latitude", "longitude", "area_code",
    "ended_at", "person_days", "nights_out", "distance_km",
}  # fmt: skip
_INCIDENT_COLUMNS = {
    "incident_code", "occurred_at", "occurred_on", "date_precision", "latitude", "longitude",
    "area_code", "reported_by",
}  # fmt: skip


@dataclass(frozen=True)
class EdgeEvents:
    """Rows type, timestamp, lat, lon, area, sector, risk, reported_by, and what each cost.

    `risk`: incidents of the same area in the 90 days before. Cost: person_days, nights, km and
    is_back_same_day (`activities.py`). `caveats`: what was left out. `by_kind`: the rows for
    each kind that some activities are of and others are not.
    """

    rows: pd.DataFrame
    caveats: tuple[str, ...]
    by_kind: Mapping[str, pd.DataFrame] = field(default_factory=dict)


def read_edge_events(
    connection: duckdb.DuckDBPyConnection,
    output: Indicator,
    outcome: Indicator,
    controls: str = CALLED_OFF_TYPE,
    other: Indicator | None = None,
) -> EdgeEvents:
    """All events of an edge, sorted; `controls`: a kind of `framework.Controls`.

    `other`: what counts the activities of another type. `functions_sql` must have run on the
    connection.
    """
    looked_at = _ACTIVITY_COLUMNS | (counted_columns(other) if other else set())
    for indicator, columns in ((output, looked_at), (outcome, _INCIDENT_COLUMNS)):
        connection.execute(_rows_sql(indicator, columns))
    reasons = {"called_off": list(CALLED_OFF), "security": list(SECURITY_REASONS)}
    rows = {
        kind: connection.execute(
            events_sql(output, outcome, controls, other, kind), {} if other else reasons
        ).df()
        for kind in _kinds_apart(connection, output)
    }
    undated = connection.execute(
        f"SELECT count(*) FROM wake_{INCIDENTS}"
        f" WHERE coalesce({filter_sql(outcome)}, false) AND date_precision <> 'day'"
    ).fetchone()
    for table in (ACTIVITIES, INCIDENTS):
        connection.execute(f"DROP TABLE wake_{table}")
    caveats = ["dates_too_coarse"] if undated and undated[0] else []
    caveats += [_CAVEATS[controls]] if controls in _CAVEATS else []
    by_kind = {
        kind: own for kind, own in rows.items() if {TREATED, BESIDE} <= set(own["type"].unique())
    }
    return EdgeEvents(rows[ALL_KINDS], tuple(caveats), by_kind)


def _kinds_apart(connection: duckdb.DuckDBPyConnection, output: Indicator) -> list[str]:
    """All kinds together, and those that some of the counted activities are of and others not."""
    kinds = [kind for kind in ACTIVITY_KINDS if kind != ALL_KINDS]
    tested = ", ".join(
        f"coalesce(bool_or({ACTIVITY_KINDS[kind]}) AND NOT bool_and({ACTIVITY_KINDS[kind]}), false)"
        for kind in kinds
    )
    found = connection.execute(
        f"SELECT {tested} FROM wake_{ACTIVITIES} WHERE coalesce({filter_sql(output)}, false)"
    ).fetchone()
    assert found is not None
    return [ALL_KINDS, *(kind for kind, is_apart in zip(kinds, found, strict=True) if is_apart)]


def _rows_sql(indicator: Indicator, columns: set[str]) -> str:
    """A table `wake_<source>` with the columns that are needed, derived ones too."""
    rows = rows_sql(contracts()[indicator.source], columns | counted_columns(indicator))
    return f"CREATE OR REPLACE TEMP TABLE wake_{indicator.source} AS\n{rows}"


def events_sql(
    output: Indicator,
    outcome: Indicator,
    controls: str = CALLED_OFF_TYPE,
    other: Indicator | None = None,
    kind: str = ALL_KINDS,
) -> str:
    """All events of the edge: the columns of `EdgeEvents.rows`, sorted by time, type and code.

    `kind`: of which activities (`ACTIVITY_KINDS`).
    """
    place_times = ""
    carried = "SELECT * RENAME (activity_code AS code) FROM done WHERE type IS NOT NULL"
    if controls == PLANNED:
        place_times = f"{place_time_sql(output, TREATED, BESIDE)},"
        carried = "SELECT * FROM standing UNION ALL BY NAME SELECT * FROM place_time"
    return f"""
WITH place AS (
  SELECT area_code, any_value(parent_area_code) AS parent, any_value(area_level) AS area_level
  FROM core.areas GROUP BY area_code
),
done AS (
  SELECT *, {BACK_SAME_DAY_SQL} AS is_back_same_day, CASE
      WHEN coalesce({filter_sql(output)}, false)
        THEN CASE WHEN {ACTIVITY_KINDS[kind]} THEN '{TREATED}' ELSE '{BESIDE}' END
      WHEN {_control_sql(output, controls, other, kind)} THEN '{controls}'
    END AS type
  FROM wake_{ACTIVITIES}
),{place_times}
happened AS (
  SELECT *, coalesce(occurred_at, occurred_on + INTERVAL 12 HOUR) AS moment
  FROM wake_{INCIDENTS}
  WHERE coalesce({filter_sql(outcome)}, false) AND date_precision = 'day'
),
event AS (
  SELECT code, type, started_at AS "timestamp",
    CAST(latitude AS DOUBLE) AS lat, CAST(longitude AS DOUBLE) AS lon, area_code,
    NULL AS reported_by, CAST(person_days AS DOUBLE) AS person_days,
    CAST(nights_out AS DOUBLE) AS nights, CAST(distance_km AS DOUBLE) AS km, is_back_same_day
  FROM ({carried})
  UNION ALL
  SELECT incident_code, '{DEPENDENT}', moment, CAST(latitude AS DOUBLE), CAST(longitude AS DOUBLE),
    area_code, reported_by, NULL, NULL, NULL, false
  FROM happened
),
placed AS (
  SELECT event.*, CASE WHEN area_level = 'site' THEN parent ELSE area_code END AS area
  FROM event LEFT JOIN place USING (area_code)
),
risky AS (
  SELECT event.code, count(*) AS risk
  FROM placed AS event JOIN placed AS incident USING (area)
  WHERE event.type <> '{DEPENDENT}' AND incident.type = '{DEPENDENT}'
    AND incident."timestamp" < event."timestamp"
    AND incident."timestamp" >= event."timestamp" - INTERVAL {RISK_DAYS} DAY
  GROUP BY event.code
)
SELECT type, "timestamp", lat, lon, area, coalesce(place.parent, area) AS sector,
  CAST(coalesce(risk, 0) AS DOUBLE) AS risk, reported_by, person_days, nights, km,
  is_back_same_day
FROM placed
LEFT JOIN risky USING (code)
LEFT JOIN place ON place.area_code = placed.area
ORDER BY "timestamp", type, code
"""


def _control_sql(output: Indicator, controls: str, other: Indicator | None, kind: str) -> str:
    """Whether an activity that the output does not count is a control."""
    if other is not None:
        return f"coalesce({filter_sql(other)}, false)"
    if controls == PLANNED:
        return "false"  # no activity is: see `place_times.py`
    return f"""{ACTIVITY_KINDS[kind]} AND coalesce({filter_sql(output, without="status")}, false)
        AND list_contains($called_off, status)
        AND status_reason IS NOT NULL AND NOT list_contains($security, status_reason)"""
