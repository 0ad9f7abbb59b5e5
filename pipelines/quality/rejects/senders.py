"""`mart.rejected_row`: rejected rows that nobody has mended, by the unit that sent them."""

from indicators.definitions.contracts import Contract, contracts
from indicators.definitions.mission_profile import Mission
from indicators.engine.reject_impact import waiting_table
from pipelines.quality.facts.outliers import unit_column
from pipelines.quality.rejects.summary import local_day_sql
from pipelines.warehouse.inspect import Connection, has_rows, insert_rows

_SENDERS_SQL = """
WITH told AS (
  SELECT DISTINCT file_sha256, sheet, row_number, {unit} AS unit, {day} AS day FROM {waiting}
)
SELECT known.unit_code, file.name, count(*), min(day)
FROM told
JOIN ops.input_file AS file USING (file_sha256)
LEFT JOIN (SELECT DISTINCT unit_code FROM core.units) AS known ON known.unit_code = told.unit
GROUP BY known.unit_code, file.name
ORDER BY known.unit_code, file.name
"""


def write_rejected_rows(connection: Connection, mission: Mission) -> None:
    """Fills the table anew from the waiting rows (`write_waiting_rows`); each row counts once."""
    lines = [
        (mission.mission, table, *line)
        for table, contract in contracts().items()
        if has_rows(connection, "quarantine", table)
        for line in connection.execute(_sql(contract, mission)).fetchall()
    ]
    connection.execute("DELETE FROM mart.rejected_row WHERE mission = ?", [mission.mission])
    insert_rows(connection, "rejected_row", lines)


def _sql(contract: Contract, mission: Mission) -> str:
    return _SENDERS_SQL.format(
        waiting=waiting_table(contract.table),
        unit=unit_column(contract) or "NULL",
        day=_believed_day_sql(contract, mission),
    )


def _believed_day_sql(contract: Contract, mission: Mission) -> str:
    """The day of a row's own date; null where that date is what was rejected, or lies outside."""
    day = local_day_sql(contract, mission)
    starts = f"DATE '{mission.starts_on.isoformat()}'"
    return f"""CASE WHEN {day} >= {starts}
      AND coalesce({day} <= (SELECT max(as_of) FROM mart.mission), true)
      AND NOT coalesce(list_contains(faulty, '{contract.date_column}'), false) THEN {day} END"""
