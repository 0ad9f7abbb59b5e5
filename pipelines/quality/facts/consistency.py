"""Sources against each other: what a unit reports, and where the list of deployments has it."""

from collections.abc import Iterator

from pipelines.quality.check_results import CheckResult, check_result
from pipelines.warehouse.inspect import Connection, has_rows, single

# A unit that the list of deployments does not know cannot be judged by it.
_NOT_DEPLOYED_SQL = """
WITH listed AS (
  SELECT unit_code, from_on, coalesce(to_on, DATE '9999-12-31') AS to_on
  FROM core.deployments WHERE unit_code IS NOT NULL
)
SELECT count(*) FROM core.activities AS own
WHERE own.status = 'completed' AND own.activity_type IN ('patrol', 'escort')
  AND EXISTS (SELECT 1 FROM listed WHERE listed.unit_code = own.unit_code)
  AND NOT EXISTS (
    SELECT 1 FROM listed
    WHERE listed.unit_code = own.unit_code
      AND own.started_on_local BETWEEN listed.from_on AND listed.to_on
  )
"""
_NO_UNIT_SQL = """
SELECT count(*) FROM core.activities AS own
WHERE EXISTS (SELECT 1 FROM core.units AS unit WHERE unit.unit_code = own.unit_code)
  AND NOT EXISTS (
    SELECT 1 FROM core.units AS unit
    WHERE unit.unit_code = own.unit_code
      AND own.started_on_local
        BETWEEN unit.valid_from AND coalesce(unit.valid_to, DATE '9999-12-31')
  )
"""


def activities_of_units(connection: Connection) -> Iterator[CheckResult]:
    """Patrols and escorts of a unit on a day on which it is deployed nowhere; of one not there."""
    if not has_rows(connection, "core", "activities"):
        return
    if has_rows(connection, "core", "deployments"):
        yield _counted(connection, "patrols_where_deployed", _NOT_DEPLOYED_SQL)
    yield _counted(connection, "activities_while_there", _NO_UNIT_SQL)


def _counted(connection: Connection, kind: str, query: str) -> CheckResult:
    rows = single(connection, query)
    return check_result(
        kind, "activities", rows == 0, kind=kind, observed=rows, expected=0, rows_failed=rows
    )
