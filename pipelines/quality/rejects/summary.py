"""Rows that wait for a correction: `mart.reject_summary`, neighbours with one fault as one line
(those of a file that a later one replaced wait no longer: they stay in the quarantine only);
`mart.reject_place`, how many by month and area, as far as they can be read.
"""

import json
from collections.abc import Mapping, Sequence

from indicators.definitions.contracts import Contract, contracts, load_order
from indicators.definitions.mission_profile import Mission
from indicators.engine.reject_impact import waiting_table
from indicators.foundation.messages import LANGUAGES
from indicators.foundation.sql_text import quoted, sql_file
from pipelines.ingest.load_file import notations
from pipelines.ingest.mapping.model import Source
from pipelines.ingest.rows.cast import Notation, cast, text_column
from pipelines.ingest.rows.quarantine import TO_CORRECT, reject_sentence
from pipelines.quality.facts.outliers import unit_column
from pipelines.workspace.warehouse.ddl import core_columns
from pipelines.workspace.warehouse.inspect import Connection, has_rows, insert_rows

# One line a row and fault (a row of a survey breaks a rule once an answer), then neighbours with
# one fault as one line: a number that grows with the row and one that grows with the group differ
# by the same amount as long as rows follow each other.
_GROUPED_SQL = sql_file(__file__, "grouped")

# The unit that a waiting row names, where the mission has such a unit.
_UNITS_SQL = """
  SELECT file_sha256, sheet, row_number, min(known.unit_code) AS unit_code
  FROM {waiting} AS own
  JOIN (SELECT DISTINCT unit_code FROM core.units) AS known ON known.unit_code = {column}
  GROUP BY ALL
"""
_UNIT = "units.unit_code"

_PLACED_SQL = sql_file(__file__, "placed")


def tables_with_rejects(connection: Connection) -> list[str]:
    """The tables of which a row was ever rejected."""
    return [table for table in contracts() if has_rows(connection, "quarantine", table)]


def forget_other_rejects(connection: Connection, mission: Mission, tables: Sequence[str]) -> None:
    """Removes what was written of the rejected rows of all tables but these."""
    for written in ("reject_summary", "reject_place"):
        connection.execute(
            f"DELETE FROM mart.{written} WHERE mission = ? AND NOT list_contains(?, source)",
            [mission.mission, list(tables)],
        )
    for table in set(contracts()).difference(tables):
        connection.execute(f"DROP TABLE IF EXISTS {waiting_table(table)}")


def write_reject_places(connection: Connection, mission: Mission, table: str) -> None:
    """Fills a table's lines of `mart.reject_place` anew from its waiting rows."""
    contract = contracts()[table]
    lines = connection.execute(
        _PLACED_SQL.format(
            waiting=waiting_table(table),
            day=local_day_sql(contract, mission),
            area=quoted(contract.area_column) if contract.area_column else "NULL",
        )
    ).fetchall()
    connection.execute(
        "DELETE FROM mart.reject_place WHERE mission = ? AND source = ? AND indicator IS NULL",
        [mission.mission, table],
    )
    insert_rows(connection, "reject_place", [(mission.mission, table, None, *own) for own in lines])


def local_day_sql(contract: Contract, mission: Mission) -> str:
    """The day of a row's own date in the mission's time zone; null of a table without one."""
    name = contract.date_column
    if name is None:
        return "CAST(NULL AS DATE)"
    if contract.columns[name].base_type != "time":
        return quoted(name)
    return f"CAST(timezone('{mission.time_zone}', timezone('UTC', {quoted(name)})) AS DATE)"


def write_reject_summary(connection: Connection, mission: Mission, table: str) -> None:
    """Fills a table's lines anew from its quarantine, with a sentence in both languages a line.

    Needs the table of `write_waiting_rows`, which says of which unit a row is.
    """
    lines = [(mission.mission, table, *line) for line in _lines(connection, table)]
    connection.execute(
        "DELETE FROM mart.reject_summary WHERE mission = ? AND source = ?",
        [mission.mission, table],
    )
    insert_rows(connection, "reject_summary", lines)


def _lines(connection: Connection, table: str) -> list[tuple[object, ...]]:
    sql = _GROUPED_SQL.format(table=quoted(table), units=_units_sql(table), to_correct=TO_CORRECT)
    grouped = connection.execute(sql).fetchall()
    return [(*line, *_sentences(line[9], parameters, line[8])) for *line, parameters in grouped]


def _units_sql(table: str) -> str:
    """The units of a source's waiting rows; unknown of a source that names no unit."""
    columns = contracts()[table].columns
    named = [f"own.{quoted(name)}" for name, column in columns.items() if column.reference == _UNIT]
    return _UNITS_SQL.format(waiting=waiting_table(table), column=(named or ["NULL"])[0])


def _sentences(rule: str, parameters: str | None, value: str | None) -> tuple[str, ...]:
    words = json.loads(parameters) if parameters else {}
    return tuple(reject_sentence(rule, words, value, language) for language in LANGUAGES)


# `faulty`: columns of the contract that broke a rule; `is_text_missing`: no text was kept.
_BESIDE = {"faulty": "VARCHAR[]", "is_text_missing": "BOOLEAN"}


def write_waiting_rows(
    connection: Connection, mission: Mission, sources: Mapping[str, Source], table: str
) -> None:
    """Makes the table of a core table's waiting rows anew."""
    contract = contracts()[table]
    columns = {**core_columns(contract), **_BESIDE}
    listed = ", ".join(f"{quoted(name)} {kind}" for name, kind in columns.items())
    connection.execute(f"CREATE OR REPLACE TABLE {waiting_table(table)} ({listed})")
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


_SENDERS_SQL = sql_file(__file__, "senders")


def write_rejected_rows(connection: Connection, mission: Mission) -> None:
    """Fills the table anew from the waiting rows (`write_waiting_rows`); each row counts once."""
    with_rejects = set(tables_with_rejects(connection))
    tables = [table for table in load_order(contracts()) if table in with_rejects]
    rows = " UNION ALL ".join(
        _told_sql(contracts()[table], mission, place) for place, table in enumerate(tables)
    )
    lines = connection.execute(_SENDERS_SQL.format(rows=rows)).fetchall() if rows else []
    connection.execute("DELETE FROM mart.rejected_row WHERE mission = ?", [mission.mission])
    insert_rows(connection, "rejected_row", [(mission.mission, *line) for line in lines])


def _told_sql(contract: Contract, mission: Mission, place: int) -> str:
    return f"""SELECT DISTINCT {place} AS place, '{contract.table}' AS source, file_sha256, sheet,
    row_number, {unit_column(contract) or "CAST(NULL AS VARCHAR)"} AS unit,
    {_believed_day_sql(contract, mission)} AS day
  FROM {waiting_table(contract.table)}"""


def _believed_day_sql(contract: Contract, mission: Mission) -> str:
    """The day of a row's own date; null where that date is what was rejected, or lies outside."""
    day = local_day_sql(contract, mission)
    starts = f"DATE '{mission.starts_on.isoformat()}'"
    return f"""CASE WHEN {day} >= {starts}
      AND coalesce({day} <= (SELECT max(as_of) FROM mart.mission), true)
      AND NOT coalesce(list_contains(faulty, '{contract.date_column}'), false) THEN {day} END"""
