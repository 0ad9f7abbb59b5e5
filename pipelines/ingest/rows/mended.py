"""Rows that their sender has mended: a workbook of rejects that comes back by the inbox.

It holds a few rows of a file that is known. They take the place of those rows, and of no others, in
what the archive keeps of the file; the whole is then taken in as a new version of that file, by the
same mapping and rules. So the earlier version is replaced, its rejects wait no longer, and what is
still wrong is rejected again.
"""

import hashlib
import os
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pyarrow as pa
from python_calamine import CalamineWorkbook

from indicators.foundation.errors import Problem, WrongUse
from pipelines.ingest.files import archive as archived
from pipelines.ingest.files.delivered_file import Delivery, file_rows, read_delivery
from pipelines.ingest.mapping.apply import FileRows
from pipelines.ingest.mapping.model import Source
from pipelines.workspace.warehouse import ledger
from pipelines.workspace.warehouse.inspect import Connection
from pipelines.workspace.warehouse.ledger import InputFile

MARK = "poclens-rejects"  # name of the hidden sheet, and its first cell
COLUMNS_BEFORE = 3  # sheet, row, mark of the row; then the columns of the file
_LARGEST_LIST = 2**20  # bytes of a workbook's list of sheets
_MARK_SIGNS = 16
Texts = tuple[str | None, ...]


@dataclass(frozen=True)
class RowsOfFile:
    """A delivered file's rows by sheet and row number, as the archive keeps them."""

    name: str
    source: str
    columns: list[str]
    texts: Mapping[tuple[str, int], Texts]
    left_out: frozenset[str]  # columns that the archive does not keep


@dataclass(frozen=True)
class _Workbook:
    source: str
    name: str  # of the file that the rows are of
    columns: list[str]
    rows: Mapping[tuple[str, int], tuple[str, list[str]]]  # mark of the row as it was, and texts


def row_mark(texts: Texts) -> str:
    """What tells whether a row is still the one that was sent out."""
    joined = "\x1f".join(text or "" for text in texts)
    return hashlib.sha256(joined.encode()).hexdigest()[:_MARK_SIGNS]


def is_mended(path: Path) -> bool:
    """Whether a file is a workbook of rejects that comes back."""
    if path.suffix.lower() != ".xlsx":
        return False
    try:
        with zipfile.ZipFile(path) as parts:
            listed = parts.getinfo("xl/workbook.xml")
            return listed.file_size < _LARGEST_LIST and MARK.encode() in parts.read(listed)
    except (OSError, KeyError, zipfile.BadZipFile):
        return False


def source_of(path: Path, sources: Mapping[str, Source]) -> Source:
    """The mapping of the file that the rows are of. Raises WrongUse where the mission has none."""
    named = _read(path).source
    if named not in sources:
        raise WrongUse(Problem("mended_source", path.name, value=named))
    return sources[named]


def places_of(path: Path) -> frozenset[tuple[str, int]]:
    """Sheet and number of the rows that a workbook brings back."""
    return frozenset(_read(path).rows)


def standing_rows(
    connection: Connection,
    archive: Path,
    sources: Mapping[str, Source],
    sha256: str,
) -> RowsOfFile | None:
    """The rows of a file; None where the archive keeps none of it, or its mapping is gone."""
    entry = ledger.known_file(connection, sha256)
    if entry is None or entry.source not in sources:
        return None
    file = _kept(archive, entry, sources[entry.source])
    return None if file is None else _rows_of(file, entry)


@contextmanager
def mended_delivery(
    connection: Connection, archive: Path, delivery: Delivery
) -> Iterator[Delivery]:
    """The file with its mended rows, as the delivery to take in; `delivery.path`: the workbook.

    Raises WrongUse as `mended_rows`.
    """
    name, whole = mended_rows(connection, archive, delivery)
    path = archive / f".coming-{os.getpid()}-mended{archived.ROWS_SUFFIX}"
    try:
        archived.write_rows(path, delivery, whole)
        sha256 = archived.sha256_of(path)
        yield replace(delivery, path=path, name=name, sha256=sha256, archive=archive)
    finally:
        path.unlink(missing_ok=True)


def mended_rows(connection: Connection, archive: Path, delivery: Delivery) -> tuple[str, FileRows]:
    """The name of the file and all its rows, those of the workbook in their place.

    Raises WrongUse where no such file stands, or a row is no longer the one that was sent out.
    """
    book = _read(delivery.path)
    entries = [
        entry
        for entry in ledger.all_files(connection)
        if (entry.source, entry.name) == (book.source, book.name) and entry.status != "superseded"
    ]
    file = _kept(archive, entries[-1], delivery.source) if entries else None
    if file is None:
        raise WrongUse(Problem("mended_file", delivery.name, value=book.name))
    rows, mended = _with_rows(file, entries[-1], book, delivery)
    return book.name, replace(file, rows=rows, mended=file.mended | mended)


def _kept(archive: Path, entry: InputFile, source: Source) -> FileRows | None:
    path = archived.archived_path(archive, entry.file_sha256)
    if path is None:
        return None
    read = archived.read_rows if archived.is_rows(path) else read_delivery
    file = file_rows(Delivery(path, entry.name, entry.file_sha256, source), read)
    return archived.with_earlier(file, path) if archived.is_rows(path) else file


def _rows_of(file: FileRows, entry: InputFile) -> RowsOfFile:
    columns = file.rows.column_names
    texts = zip(*(file.rows[name].to_pylist() for name in columns), strict=True)
    keys = zip(file.sheet.to_pylist(), file.row_number.to_pylist(), strict=True)
    found = {(sheet or "", row): text for (sheet, row), text in zip(keys, texts, strict=True)}
    return RowsOfFile(entry.name, entry.source, columns, found, file.columns_not_kept)


def _with_rows(
    file: FileRows, entry: InputFile, book: _Workbook, delivery: Delivery
) -> tuple[pa.Table, frozenset[tuple[str, int]]]:
    """The rows of the file, those of the workbook in their place; which of them were changed."""
    known, name, source = _rows_of(file, entry), delivery.name, delivery.source
    problems = [
        Problem("mended_row", name, row=number, parameters={"file": entry.name})
        for (sheet, number), (mark, _) in book.rows.items()
        if row_mark(known.texts.get((sheet, number), ())) != mark
    ]
    columns = [_present_name(column, known.columns, source) for column in book.columns]
    missing = [column for column in known.columns if column not in columns]
    problems += [Problem("mended_column", name, column=column) for column in missing]
    if problems:
        raise WrongUse(problems)
    at = [columns.index(column) for column in known.columns]
    texts = dict(known.texts)
    for key, (_, cells) in book.rows.items():
        texts[key] = tuple(
            # an untouched cell stays as it was, whether empty or without a value
            was if cells[place] == (was or "") else cells[place] or None
            for place, was in zip(at, texts[key], strict=True)
        )
    filled = zip(*texts.values(), strict=True)
    rows = {
        name: pa.array(column, pa.string())
        for name, column in zip(known.columns, filled, strict=True)
    }
    changed = frozenset(key for key in book.rows if texts[key] != known.texts[key])
    return pa.table(rows), changed


def _present_name(column: str, known: Sequence[str], source: Source) -> str:
    """The name that a column has by now, in a workbook that went out before it was renamed."""
    if column in known:
        return column
    return next((name for name, old in source.renamed.items() if column in old), column)


def _read(path: Path) -> _Workbook:
    try:
        book = CalamineWorkbook.from_path(str(path))
        hidden = book.get_sheet_by_name(MARK).to_python()
        first = next(name for name in book.sheet_names if name != MARK)
        head, *lines = book.get_sheet_by_name(first).to_python()
        _, source, name = (str(row[0]) for row in hidden[:3])
        rows = {
            (_text(line[0]), int(_text(line[1]))): (_text(line[2]), [_text(c) for c in line[3:]])
            for line in lines
            if any(_text(cell) for cell in line[:COLUMNS_BEFORE])
        }
    except Exception as error:  # calamine raises what its parts raise
        raise WrongUse(Problem("mended_unreadable", path.name)) from error
    columns = [_text(cell) for cell in head[COLUMNS_BEFORE:]]
    return _Workbook(source, name, columns, rows)


def _text(cell: Any) -> str:
    """A cell as it would be typed; dates in ISO 8601."""
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    if isinstance(cell, datetime) and (cell.hour, cell.minute, cell.second) == (0, 0, 0):
        return cell.date().isoformat()
    if isinstance(cell, date | datetime):
        return cell.isoformat()
    return "" if cell is None else str(cell)
