"""`mart.violation`: which rules rows and tables break now, by source and rule.

What releases before counted is added when a release is made (`release/revisions/violations.py`), so
that it follows from what was published and not from how often somebody ran a refresh.
"""

import json
from collections.abc import Iterator
from datetime import date

from indicators.definitions.contracts import contracts
from indicators.definitions.mission_profile import Mission
from indicators.foundation.errors import Problem
from indicators.foundation.messages import LANGUAGES, has_message, message
from indicators.foundation.sql_text import quoted
from indicators.foundation.stored.mart_rows import store_rows
from pipelines.workspace.warehouse.inspect import Connection

_STANDING = (
    "file_sha256 NOT IN (SELECT file_sha256 FROM ops.input_file WHERE status = 'superseded')"
)
_COUNT = "count(DISTINCT (file_sha256, sheet, row_number))"
_FLAGGED_SQL = f"""
SELECT table_name, rule, {_COUNT} FROM ops.row_warning WHERE {_STANDING} GROUP BY ALL ORDER BY ALL
"""
_CHECKS_SQL = """
SELECT source, check_name, greatest(rows_failed, 1), sentence_en, sentence_fr
FROM mart.quality_check WHERE mission = ? AND status = 'failed' ORDER BY ALL
"""
Line = tuple[str, str, str, int, str, str]  # source, kind, rule, rows, title in each language


_FIRST = 3  # rejected rows named beside a check


def first_rejected(connection: Connection, table: str, language: str) -> list[str]:
    """File, sheet, row, column and rule of the first rejected rows of a table; no text of them."""
    rows = connection.execute(
        f"""SELECT file, sheet, row_number, column_name, rule FROM quarantine.{quoted(table)}
        WHERE {_STANDING} ORDER BY ALL LIMIT {_FIRST}"""
    ).fetchall()
    at = LANGUAGES.index(language)
    return [
        f"{Problem(rule, *place).place(language)}: {_titles(table, rule)[at]}"
        for *place, rule in rows
    ]


def write_violations(connection: Connection, mission: Mission, as_of: date) -> None:
    """Fills the table anew from the quarantine, the warnings and the checks that failed."""
    lines = [*_rejected(connection), *_flagged(connection), *_checks(connection, mission)]
    rows = [
        {
            "source": source,
            "kind": kind,
            "rule": rule,
            "title_en": english,
            "title_fr": french,
            "rows": count,
            "first_seen": as_of,
            "last_seen": as_of,
            "state": "open",
            "counts": json.dumps([[as_of.isoformat(), count]]),
        }
        for source, kind, rule, count, english, french in lines
    ]
    store_rows(connection, mission.mission, "violation", rows)


def _rejected(connection: Connection) -> Iterator[Line]:
    for table in contracts():
        query = f"""SELECT rule, {_COUNT} FROM quarantine.{quoted(table)} WHERE {_STANDING}
        GROUP BY rule ORDER BY rule"""
        for rule, count in connection.execute(query).fetchall():
            yield (table, "rejected", rule, count, *_titles(table, rule))


def _flagged(connection: Connection) -> Iterator[Line]:
    for table, rule, count in connection.execute(_FLAGGED_SQL).fetchall():
        yield (table, "flagged", rule, count, *_titles(table, rule))


def _checks(connection: Connection, mission: Mission) -> Iterator[Line]:
    for source, check, *told in connection.execute(_CHECKS_SQL, [mission.mission]).fetchall():
        yield (source, "check", check, *told)


def _titles(table: str, rule: str) -> tuple[str, str]:
    """What the rule says, in both languages: the contract's own rule or one of every column."""
    own = contracts()[table].row_rules.get(rule) if table in contracts() else None
    if own is not None:
        return own.title.en, own.title.fr
    english, french = (
        message(f"rule.{rule}", language) if has_message(f"rule.{rule}") else rule
        for language in LANGUAGES
    )
    return english, french
