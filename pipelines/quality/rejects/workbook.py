"""The open rejects as a workbook to send back to who made the file."""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, fields
from itertools import count
from pathlib import Path
from typing import IO, Any

from indicators.definitions.contracts import contracts
from indicators.dissemination.spreadsheets import keep_heads, new_workbook, write_table
from indicators.foundation.messages import message
from indicators.foundation.sql_text import quoted
from pipelines.ingest.mapping.model import Source
from pipelines.ingest.rows.mended import COLUMNS_BEFORE, MARK, RowsOfFile, row_mark, standing_rows
from pipelines.ingest.rows.quarantine import TO_CORRECT, reject_sentence
from pipelines.workspace.warehouse.inspect import Connection

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

    def column(self, language: str) -> str | None:
        """The column of the file; one that the file lacks, or a template's, with its title."""
        return self.column_name and contracts()[self.table].called(self.column_name, language)


def open_rejects(connection: Connection) -> list[Reject]:
    """Rejected rows of files that no later file has replaced, by file, sheet and row.

    Rows that a person decided to be duplicates are none of them: nothing is to be corrected.
    """
    queries = [
        f"SELECT '{table}' AS t, q.* FROM quarantine.{quoted(table)} AS q WHERE {TO_CORRECT}"
        for table in _all()
    ]
    return list(_standing(connection, " UNION ALL ".join(queries)))


def rows_to_correct(rejects: Sequence[Reject]) -> int:
    """How many rows wait, each once, whatever is wrong in it; files held as a whole are none."""
    rows = {(one.file_sha256, one.sheet, one.row_number) for one in rejects}
    return sum(number is not None for _, _, number in rows)


def open_warnings(connection: Connection) -> list[Reject]:
    """Rows that were loaded and look odd, of files that no later file has replaced."""
    return list(_standing(connection, "SELECT * FROM ops.row_warning"))


def _all() -> Sequence[str]:
    return sorted(contracts())


def _standing(connection: Connection, query: str) -> Iterator[Reject]:
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


def rejects_workbook(connection: Connection, path: Path | IO[bytes], language: str) -> None:
    """Writes the open rejects, and on a second sheet the warnings, in `en` or `fr`."""
    heads = [message(f"rejects.column.{column}", language) for column in _COLUMNS]
    with new_workbook(path) as book:
        for key, found in (
            ("rejects.sheet.rejected", open_rejects(connection)),
            ("rejects.sheet.warnings", open_warnings(connection)),
        ):
            rows = [
                (one.file, one.sheet, one.row_number, one.column(language), one.raw_value,
                 one.sentence(language))
                for one in found
            ]  # fmt: skip
            write_table(book, message(key, language), heads, rows, _WIDTHS)


_UNIT = "units.unit_code"
Place = tuple[str, str | None, int | None]  # hash of the file, sheet, row


def workbooks_to_mend(
    connection: Connection,
    archive: Path,
    sources: Mapping[str, Source],
    folder: Path,
    language: str,
) -> list[Path]:
    """Writes `<unit>_<file>_To-correct.xlsx` for each unit and file with open rejects, and says
    which.

    Rows that name no unit stand in `<file>_To-correct.xlsx`. Nothing is written for a file of which
    the archive keeps no rows (one that is read in place).
    """
    units = _units(connection)
    found: dict[tuple[str, str], list[Reject]] = {}
    for reject in open_rejects(connection):
        if reject.row_number is not None:
            place = (reject.file_sha256, reject.sheet or "", reject.row_number)
            found.setdefault((reject.file_sha256, units.get(place, "")), []).append(reject)
    written: list[Path] = []
    for (sha256, unit), rejects in sorted(found.items(), key=lambda entry: entry[1][0].file):
        rows = standing_rows(connection, archive, sources, sha256)
        if rows is not None:
            path = _path_to_mend(folder, unit, rejects[0].file, language, written)
            _write(path, rows, rejects, language)
            written.append(path)
    return written


def _path_to_mend(
    folder: Path, unit: str, file: str, language: str, written: Sequence[Path]
) -> Path:
    """Never the name of the file itself, which lies perhaps in the same folder, nor that of another
    workbook, as where two senders name their files alike."""
    parts = (unit, Path(file).stem, message("rejects.sheet.to_mend", language))
    name = re.sub(r"[^\w.-]+", "-", "_".join(part for part in parts if part))
    paths = (folder / f"{name}{f'_{number}' * (number > 1)}.xlsx" for number in count(1))
    return next(path for path in paths if path not in written)


def _units(connection: Connection) -> dict[tuple[str, str, int], str]:
    """The unit that a rejected row names, where the mission has such a unit."""
    found: dict[tuple[str, str, int], str] = {}
    for table, contract in contracts().items():
        named = [name for name, column in contract.columns.items() if column.reference == _UNIT]
        if not named:
            continue
        rows = connection.execute(
            f"""SELECT DISTINCT own.file_sha256, own.sheet, own.row_number, known.unit_code
            FROM quarantine.{quoted(table)} AS own
            JOIN raw.{quoted(table)} AS kept ON kept.file_sha256 = own.file_sha256
              AND kept.sheet = own.sheet AND kept.row_number = own.row_number
            JOIN core.units AS known ON known.unit_code = kept.{quoted(named[0])}
            ORDER BY ALL DESC"""
        ).fetchall()
        found |= {(sha256, sheet or "", number): unit for sha256, sheet, number, unit in rows}
    return found


def _write(path: Path, rows: RowsOfFile, rejects: Sequence[Reject], language: str) -> None:
    """The workbook: rows to mend, and on a hidden sheet which file they are of."""
    by_row: dict[tuple[str, int], list[Reject]] = {}
    for reject in rejects:
        by_row.setdefault((reject.sheet or "", reject.row_number or 0), []).append(reject)
    path.parent.mkdir(parents=True, exist_ok=True)
    with new_workbook(path) as book:
        sheet = book.add_worksheet(message("rejects.sheet.to_mend", language))
        text = book.add_format({"num_format": "@"})  # what is typed stays as it is typed
        fixed = book.add_format({"font_color": "#5B6570", "num_format": "0"})
        wrong = book.add_format({"num_format": "@", "bg_color": "#FFE9A8", "border": 1})
        heads = [message(f"rejects.column.{name}", language) for name in ("sheet", "row", "check")]
        heads += [*rows.columns, message("rejects.column.sentence", language)]
        sheet.write_row(0, 0, heads, book.look("head"))
        sheet.set_column(0, 1, 12)
        sheet.set_column(2, 2, 12, None, {"hidden": True})
        sheet.set_column(COLUMNS_BEFORE, len(heads) - 2, 18, text)
        sheet.set_column(len(heads) - 1, len(heads) - 1, 100)
        known = [(key, found) for key, found in sorted(by_row.items()) if key in rows.texts]
        for line, (key, found) in enumerate(known, start=1):
            texts = rows.texts[key]
            sheet.write_string(line, 0, key[0], fixed)
            sheet.write_number(line, 1, key[1], fixed)
            sheet.write_string(line, 2, row_mark(texts))
            told = {reject.column_name: reject.sentence(language) for reject in found}
            for at, (column, value) in enumerate(zip(rows.columns, texts, strict=True)):
                is_wrong = column in told
                place = (line, COLUMNS_BEFORE + at)
                sheet.write_string(*place, value or "", wrong if is_wrong else text)
                if is_wrong:
                    sheet.write_comment(*place, told[column], {"x_scale": 3, "y_scale": 2})
            sheet.write_string(line, len(heads) - 1, "\n".join(dict.fromkeys(told.values())))
        # below the rows, where whoever reads them back takes nothing for one
        note = message("rejects.rows_of", language, file=rows.name)
        if rows.left_out:
            columns = ", ".join(sorted(rows.left_out))
            note += " " + message("rejects.columns_elsewhere", language, columns=columns)
        sheet.write_string(len(known) + 2, COLUMNS_BEFORE, note)
        keep_heads(sheet, 0, len(known), len(heads), fixed=2)
        hidden = book.add_worksheet(MARK)
        hidden.write_column(0, 0, [MARK, rows.source, rows.name])
        hidden.hide()
