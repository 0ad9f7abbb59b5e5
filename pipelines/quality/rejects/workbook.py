"""The open rejects as a workbook to send back to who made the file."""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

import duckdb

from indicators.definitions.contracts import contracts
from indicators.dissemination.spreadsheets import new_workbook, write_table
from indicators.foundation.messages import message
from indicators.foundation.sql_text import quoted
from pipelines.ingest.quarantine import TO_CORRECT, reject_sentence

_COLUMNS = ("file", "sheet", "row", "column", "value", "sentence")
_WIDTHS = (28, 14, 8, 22, 24, 110)


@dataclass(frozen=True)
class Reject:
    """One thing that is wrong in one row of a delivered file."""

    table: str
    file: str
    file_sha256: str
    sheet: str | None
    row_number: int | None
    column_name: str | None
    raw_value: str | None
    rule: str
    parameters: dict[str, Any]

    def sentence(self, language: str) -> str:
        """What is wrong and how to mend it."""
        return reject_sentence(self.rule, self.parameters, self.raw_value, language)


def open_rejects(connection: duckdb.DuckDBPyConnection) -> list[Reject]:
    """Rejected rows of files that no later file has replaced, by file, sheet and row.

    Rows that a person decided to be duplicates are none of them: nothing is to be corrected.
    """
    queries = [
        f"SELECT '{table}' AS t, q.* FROM quarantine.{quoted(table)} AS q WHERE {TO_CORRECT}"
        for table in _all()
    ]
    return list(_standing(connection, " UNION ALL ".join(queries)))


def open_warnings(connection: duckdb.DuckDBPyConnection) -> list[Reject]:
    """Rows that were loaded and look odd, of files that no later file has replaced."""
    return list(_standing(connection, "SELECT * FROM ops.row_warning"))


def _all() -> Sequence[str]:
    return sorted(contracts())


def _standing(connection: duckdb.DuckDBPyConnection, query: str) -> Iterator[Reject]:
    rows = connection.execute(
        f"""
        WITH found AS ({query})
        SELECT found.*
        FROM found
        JOIN ops.input_file AS f USING (file_sha256)
        WHERE f.status <> 'superseded'
        ORDER BY
          f.sequence, sheet NULLS FIRST, row_number NULLS FIRST, column_name, rule, raw_value,
          parameters
        """
    ).fetchall()
    names = [field.name for field in fields(Reject)]
    for row in rows:
        values = dict(zip(names, row, strict=True))
        yield Reject(**values | {"parameters": json.loads(values["parameters"])})


def rejects_workbook(connection: duckdb.DuckDBPyConnection, path: Path, language: str) -> None:
    """Writes the open rejects, and on a second sheet the warnings, in `en` or `fr`."""
    heads = [message(f"rejects.column.{column}", language) for column in _COLUMNS]
    with new_workbook(path) as book:
        for key, found in (
            ("rejects.sheet.rejected", open_rejects(connection)),
            ("rejects.sheet.warnings", open_warnings(connection)),
        ):
            rows = [
                (one.file, one.sheet, one.row_number, one.column_name, one.raw_value,
                 one.sentence(language))
                for one in found
            ]  # fmt: skip
            write_table(book, message(key, language), heads, rows, _WIDTHS)
