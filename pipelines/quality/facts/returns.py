"""Completeness and timeliness of the returns that reporters owed (definitions 11–12)."""

from collections.abc import Iterator

from indicators.definitions.contracts import contracts
from pipelines.quality.check_results import CheckResult, check_result, table_title
from pipelines.workspace.warehouse.inspect import Connection

COMPLETE_PCT = 80  # below this a mission total says little about the areas that kept silent
LATE_PCT = 20
RECENT_MONTHS = 12

_COMPLETENESS_SQL = """
WITH recent AS (
  SELECT * FROM core.reporting_returns
  WHERE return_status <> 'not_due'
    AND month > (SELECT max(month) FROM core.reporting_returns) - to_months(?)
)
SELECT source, count(*) AS due,
       count(*) FILTER (return_status IN ('submitted', 'nil')) AS received
FROM recent GROUP BY source ORDER BY source
"""

_TIMELINESS_SQL = """
WITH received AS (
  SELECT source, received_on, last_day(month) + to_days(CAST(? AS INTEGER)) AS due_on
  FROM core.reporting_returns
  WHERE source = ? AND return_status IN ('submitted', 'nil') AND received_on IS NOT NULL
)
SELECT count(*), count(*) FILTER (received_on > due_on) FROM received
"""


def returns_completeness(connection: Connection) -> Iterator[CheckResult]:
    """For each source: returns received of those due in the last twelve months on record."""
    rows = connection.execute(_COMPLETENESS_SQL, [RECENT_MONTHS]).fetchall()
    for source, due, received in rows:
        yield check_result(
            f"completeness.{source}",
            "reporting_returns",
            100 * received >= COMPLETE_PCT * due,
            kind="returns_completeness",
            observed=f"{received} / {due}",
            expected=f"≥ {COMPLETE_PCT} %",
            rows_failed=due - received,
            source=table_title(source),
            share=round(100 * received / due),
        )


def returns_timeliness(connection: Connection) -> Iterator[CheckResult]:
    """For each source with a calendar: returns that came after their due day."""
    for source, contract in contracts().items():
        if contract.calendar is None:
            continue
        days = contract.calendar.due_days
        row = connection.execute(_TIMELINESS_SQL, [days, source]).fetchone()
        received, late = row or (0, 0)
        if received:
            yield check_result(
                f"timeliness.{source}",
                "reporting_returns",
                100 * late <= LATE_PCT * received,
                kind="returns_timeliness",
                observed=f"{late} / {received}",
                expected=f"≤ {LATE_PCT} %",
                rows_failed=late,
                source=table_title(source),
                days=days,
            )
