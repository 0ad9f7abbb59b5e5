"""Sources against each other, and rows that point at a row of another table which is not there."""

from collections.abc import Iterator

from indicators.definitions.contracts import Contract
from indicators.foundation.sql_text import quoted
from pipelines.quality.check_results import CheckResult, none_wrong, table_title
from pipelines.workspace.warehouse.inspect import Connection, has_rows, single

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
    return none_wrong(kind, "activities", rows)


def orphan_sql(
    table: str, columns: tuple[str, ...], other: str, other_columns: tuple[str, ...]
) -> str:
    """How many rows of `table` name, with these columns, a row that `other` does not have."""
    filled = " AND ".join(f"row.{quoted(column)} IS NOT NULL" for column in columns)
    matched = " AND ".join(
        f"known.{quoted(theirs)} = row.{quoted(ours)}"
        for ours, theirs in zip(columns, other_columns, strict=True)
    )
    return f"""
    SELECT count(*) FROM core.{quoted(table)} AS row
    WHERE {filled}
      AND NOT EXISTS (SELECT 1 FROM core.{quoted(other)} AS known WHERE {matched})
    """


def orphans(connection: Connection, contract: Contract) -> Iterator[CheckResult]:
    """For each reference of the contract: no row points at nothing."""
    single_columns = [((ours,), table, (theirs,)) for ours, table, theirs in contract.references()]
    composite = [
        (reference.columns, reference.table, reference.to_columns)
        for reference in contract.composite_references
    ]
    for columns, other, other_columns in [*single_columns, *composite]:
        rows = single(connection, orphan_sql(contract.table, columns, other, other_columns))
        yield none_wrong(
            f"{'_'.join(columns)}.reference",
            contract.table,
            rows,
            kind="orphans",
            severity="blocking",
            column=contract.columns[columns[-1]].title,
            other=table_title(other),
        )
