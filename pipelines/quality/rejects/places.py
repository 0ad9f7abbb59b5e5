"""Rejected rows that wait for a correction, read as far as they can be: `ops.waiting_<table>`.

The text that ingest kept is cast by the notation of the file's own mapping, so that nothing is
guessed: what cannot be read is null. In which figures these rows would have counted is said by the
engine (`indicators.engine.reject_impact`).
"""

from collections.abc import Mapping

from indicators.definitions.contracts import Contract, contracts
from indicators.definitions.mission_profile import Mission
from indicators.engine.reject_impact import waiting_table
from indicators.foundation.sql_text import quoted
from pipelines.ingest.cast import Notation, cast, text_column
from pipelines.ingest.load_file import notations
from pipelines.ingest.quarantine import TO_CORRECT
from pipelines.mapping.model import Source
from pipelines.warehouse.ddl import core_columns
from pipelines.warehouse.inspect import Connection, has_rows

# `faulty`: columns of the contract that broke a rule; `is_text_missing`: no text was kept.
_BESIDE = {"faulty": "VARCHAR[]", "is_text_missing": "BOOLEAN"}


def write_waiting_rows(
    connection: Connection, mission: Mission, sources: Mapping[str, Source]
) -> None:
    """Makes the tables anew, one for each table of which a row waits."""
    for table, contract in contracts().items():
        connection.execute(f"DROP TABLE IF EXISTS {waiting_table(table)}")
        if has_rows(connection, "quarantine", table):
            _write_table(connection, mission, sources, contract)


def _write_table(
    connection: Connection, mission: Mission, sources: Mapping[str, Source], contract: Contract
) -> None:
    columns = {**core_columns(contract), **_BESIDE}
    listed = ", ".join(f"{quoted(name)} {kind}" for name, kind in columns.items())
    connection.execute(f"CREATE TABLE {waiting_table(contract.table)} ({listed})")
    found = connection.execute(
        f"""SELECT DISTINCT file.source
        FROM quarantine.{quoted(contract.table)} JOIN ops.input_file AS file USING (file_sha256)
        WHERE file.status <> 'superseded' AND row_number IS NOT NULL AND {TO_CORRECT}
        ORDER BY file.source"""
    ).fetchall()
    for (name,) in found:
        how = _notation(sources.get(name), contract, mission)
        statement, parameters = _insert_sql(contract, how)
        connection.execute(statement, parameters | {"source": name, "mission": mission.mission})


def _notation(
    source: Source | None, contract: Contract, mission: Mission
) -> Mapping[str, Notation]:
    """How each column is written; ISO where the profile no longer has the file's mapping."""
    tables = source.tables if source else ()
    for mapping in tables:
        if source and mapping.table == contract.table:
            return notations(mapping, source, mission)
    return {}


def _insert_sql(contract: Contract, how: Mapping[str, Notation]) -> tuple[str, dict[str, object]]:
    casts = {
        name: cast(name, column, how.get(name, Notation(time_zone="UTC")))
        for name, column in contract.columns.items()
    }
    parameters = {key: value for one in casts.values() for key, value in one.parameters.items()}
    texts = ",\n    ".join(f"kept.{quoted(name)} AS {text_column(name)}" for name in casts)
    values = ",\n  ".join(f"{one.expression} AS {quoted(name)}" for name, one in casts.items())
    return (
        f"""INSERT INTO {waiting_table(contract.table)} BY NAME
WITH waiting AS (
  SELECT file_sha256, sheet, row_number,
    list_filter(list(DISTINCT parameters ->> '$.field'), lambda name: name IS NOT NULL) AS faulty
  FROM quarantine.{quoted(contract.table)} JOIN ops.input_file AS file USING (file_sha256)
  WHERE file.status <> 'superseded' AND file.source = $source AND row_number IS NOT NULL
    AND {TO_CORRECT}
  GROUP BY ALL
),
texts AS (
  SELECT waiting.*, kept.row_number IS NULL AS is_text_missing,
    {texts}
  FROM waiting
  LEFT JOIN raw.{quoted(contract.table)} AS kept
    ON kept.file_sha256 = waiting.file_sha256 AND kept.sheet = waiting.sheet
    AND kept.row_number = waiting.row_number
)
SELECT $mission AS mission, file_sha256, sheet, row_number, faulty, is_text_missing,
  {values}
FROM texts""",
        parameters,
    )
