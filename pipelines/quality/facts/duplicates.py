"""Rows that may tell the same thing twice; they are flagged and stay."""

from collections.abc import Iterator

from indicators.definitions.contracts import Contract
from indicators.foundation.sql_text import quoted
from pipelines.quality.check_results import CheckResult, none_wrong
from pipelines.workspace.warehouse.inspect import Connection, single

_LOOK_ALIKE_SQL = """
WITH alike AS (
  SELECT count(*) AS rows
  FROM core.incidents
  WHERE latitude IS NOT NULL AND longitude IS NOT NULL AND date_precision = 'day'
  GROUP BY occurred_on, latitude, longitude, incident_type, deaths_best
  HAVING count(*) > 1
)
SELECT sum(rows) FROM alike
"""


def repeated_content_sql(contract: Contract) -> str:
    """Rows beyond the first of each group that agrees in every column but the key."""
    content = ", ".join(quoted(name) for name in contract.columns if name not in contract.key)
    return f"""
    WITH same AS (
      SELECT count(*) - 1 AS beyond_first
      FROM core.{quoted(contract.table)} GROUP BY {content}
    )
    SELECT sum(beyond_first) FROM same
    """


def repeated_content(connection: Connection, contract: Contract) -> Iterator[CheckResult]:
    """Tables of single cases: the same case under two codes."""
    if len(contract.key) > 1 or contract.calendar is None:
        return
    rows = single(connection, repeated_content_sql(contract))
    key = contract.columns[contract.key[0]].title
    yield none_wrong("repeated_content", contract.table, rows, key=key)


def look_alike_events(connection: Connection) -> Iterator[CheckResult]:
    """Incidents of the same day, coordinates, type and deaths: two reports, or two events."""
    rows = single(connection, _LOOK_ALIKE_SQL)
    yield none_wrong("look_alike_events", "incidents", rows)
