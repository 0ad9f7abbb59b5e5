"""What a mapping would make of a file: its first rows as they would arrive, and its rejects.

The file is taken into a copy of the warehouse, which is thrown away.
"""

import json
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import duckdb

from indicators.definitions.contracts import contracts
from indicators.definitions.mission_profile import Mission
from indicators.foundation.errors import Problem, WrongUse
from indicators.foundation.sql_text import quoted
from pipelines.ingest.files import archive as archived
from pipelines.ingest.files.delivered_file import Delivery, read_delivery
from pipelines.ingest.load_file import load_file
from pipelines.ingest.mapping.model import Source
from pipelines.ingest.mapping.places.area_polygons import read_outlines
from pipelines.ingest.rows import mended
from pipelines.ingest.rows.upsert import rows_changed
from pipelines.workspace.warehouse import ledger
from pipelines.workspace.warehouse.last_state import open_on_trial

_SHOWN, _READ_AGAIN, _ROWS_NAMED = 10, 3, 3


@dataclass(frozen=True)
class Rejected:
    """One reason for which rows of a sheet would not come in: how many, the first text of them and
    the numbers of the first ones; `sheet`: empty where its mapping reads one alone."""

    table: str
    column: str
    rule: str
    rows: int
    value: str | None
    parameters: Mapping[str, Any]  # what the sentence of the rule needs
    sheet: str = ""
    first_rows: tuple[int, ...] = ()


@dataclass(frozen=True)
class Preview:
    """`rows`: the first that would arrive in each table, their filled columns; counts as ingest
    gives them.

    `rows_changed`: of those loaded, how many would take the place of a row that stands otherwise;
    `rows_retracted`: how many would leave the tables, as this version no longer states them;
    `tables`: the table of each of `rows`. `question`: for which the file is held until somebody
    says that it is meant; all else is then what it would bring. `remarks`: what is odd of the file
    as a whole, or of single values, while its rows come in.
    """

    rows_read: int
    rows_loaded: int
    rows_rejected: int
    rows: tuple[Mapping[str, Any], ...]
    rejects: tuple[Rejected, ...]
    rows_changed: int = 0
    rows_unchanged: int = 0
    tables: tuple[str, ...] = ()
    question: Problem | None = None
    remarks: tuple[Problem, ...] = ()
    rows_retracted: int = 0


def preview(
    path: Path,
    source: Source,
    mission: Mission,
    profile: Path,
    warehouse: Path,
    beside: Sequence[Path] = (),
    before: Sequence[tuple[Path, Source]] = (),
    archive: Path | None = None,
) -> Preview:
    """Takes the file in on trial, `beside` other files of the same mapping, `before` it those that
    it refers to and their mappings, and first the newest that `archive` keeps of the mapping, which
    a change of it reads again. Of rows that come back corrected, the whole file of which `archive`
    keeps the others; shown are those that were, and what is rejected of them. Raises WrongUse where
    it could not be read, or the warehouse is being written."""
    is_mended = mended.is_mended(path)
    trial = mission.model_copy(update={"reject_limit_pct": 100})
    with open_on_trial(warehouse) as connection, TemporaryDirectory() as folder:
        outlines = partial(read_outlines, profile, mission)
        question = _is_replaced(connection, path)  # by a file that came, not by one that waits
        kept = _kept(connection, archive, source, path) if archive and not is_mended else ()
        for given in kept:
            read = archived.read_rows if archived.is_rows(given.path) else read_delivery
            with suppress(WrongUse):
                load_file(connection, trial, given, outlines, read)
        others = [*before, *((other, source) for other in beside)]
        for number, (other, its_source) in enumerate(others):
            given = Delivery(other, other.name, f"beside-{number}", its_source)
            with suppress(WrongUse):  # it may be of another shape
                load_file(connection, trial, given, outlines)
        delivery, read = Delivery(path, path.name, "trial", source), read_delivery
        places: frozenset[tuple[str, int]] = frozenset()
        if is_mended and archive:
            name, whole = mended.mended_rows(connection, archive, delivery)
            places = mended.places_of(path)
            path = Path(folder) / f"mended{archived.ROWS_SUFFIX}"
            archived.write_rows(path, delivery, whole)
            delivery, read = replace(delivery, path=path, name=name), archived.read_rows
        report = load_file(connection, trial, delivery, outlines, read)
        if report.status == "held":
            question = report.remarks[-1]
            delivery = replace(delivery, is_asked=True)
            report = load_file(connection, trial, delivery, outlines, read)
        tables = dict.fromkeys(table.table for table in source.tables)
        rows = [(table, row) for table in tables for row in _arrived(connection, table, places)]
        changed = rows_changed(connection, "trial")
        are_several = "sheets" in source.options
        rejects = [
            entry
            for table in tables
            for entry in _rejected(connection, table, are_several, places, tables.keys())
        ]
    counts = (report.rows_read, report.rows_loaded, report.rows_rejected)
    return Preview(
        *counts,
        tuple(row for _, row in rows),
        tuple(rejects),
        changed,
        report.rows_unchanged,
        tuple(table for table, _ in rows),
        question,
        report.remarks,
        report.rows_retracted,
    )


def _kept(
    connection: duckdb.DuckDBPyConnection, archive: Path, source: Source, path: Path
) -> Iterator[Delivery]:
    """The newest files of the mapping, as the archive keeps them; not the one at hand, of which the
    rows as they stand are compared with what the mapping would make of them."""
    own = [one for one in ledger.all_files(connection) if one.source == source.source]
    own = [one for one in own if one.file_sha256 != archived.sha256_of(path)]
    for entry in [one for one in own if one.status == "loaded"][-_READ_AGAIN:]:
        if kept := archived.archived_path(archive, entry.file_sha256):
            yield Delivery(kept, entry.name, entry.file_sha256, source, is_again=True)


def _is_replaced(connection: duckdb.DuckDBPyConnection, path: Path) -> Problem | None:
    """Of a version that a later one replaced: the same file again changes nothing by itself."""
    known = ledger.known_file(connection, archived.sha256_of(path))
    is_replaced = known is not None and known.status == "superseded"
    return Problem("version_replaced", path.name) if is_replaced else None


# Of the file at hand all rows, or those at some places of it, by sheet and number.
_OF_TRIAL = """file_sha256 = 'trial' AND (len($places) = 0
  OR list_contains($places, coalesce(sheet, '') || ':' || row_number))"""
Places = Collection[tuple[str, int]]


def _named(places: Places) -> dict[str, list[str]]:
    return {"places": [f"{sheet}:{number}" for sheet, number in places]}


def _arrived(
    connection: duckdb.DuckDBPyConnection, table: str, places: Places
) -> list[dict[str, Any]]:
    """The first rows that arrive."""
    columns = list(contracts()[table].columns)
    listed = ", ".join(quoted(name) for name in columns)
    rows = connection.execute(
        f"SELECT {listed} FROM core.{quoted(table)} WHERE {_OF_TRIAL} "
        f"ORDER BY row_number LIMIT {_SHOWN}",
        _named(places),
    ).fetchall()
    return [
        {name: value for name, value in zip(columns, row, strict=True) if value is not None}
        for row in rows
    ]


def _rejected(
    connection: duckdb.DuckDBPyConnection,
    table: str,
    are_of_several: bool,
    places: Places,
    tables: Collection[str],
) -> list[Rejected]:
    """Not the rows that lack nothing but a row of the same line, whose own error is told."""
    above = contracts()[table].referenced_tables() & {*tables} - {table}
    told = [
        "NOT (rule = 'reference' AND EXISTS (SELECT 1 FROM "
        f"quarantine.{quoted(other)} AS other WHERE other.file_sha256 = own.file_sha256 "
        "AND other.sheet IS NOT DISTINCT FROM own.sheet AND other.row_number = own.row_number))"
        for other in sorted(above)
    ]
    sheet = "coalesce(sheet, '')" if are_of_several else "''"
    rows = connection.execute(
        "SELECT coalesce(column_name, ''), rule, count(DISTINCT (sheet, row_number)), "
        "arg_min(raw_value, row_number), "
        f"arg_min(parameters, row_number), {sheet} AS sheet_told, "
        f"list_sort(list(DISTINCT row_number) FILTER (row_number > 0))[:{_ROWS_NAMED}] "
        f"FROM quarantine.{quoted(table)} AS own "
        f"WHERE {' AND '.join([_OF_TRIAL, *told])} GROUP BY ALL ORDER BY 3 DESC, 1, 2, sheet_told",
        _named(places),
    ).fetchall()
    return [
        Rejected(
            table, column, rule, count, value, json.loads(parameters), sheet, tuple(first or ())
        )
        for column, rule, count, value, parameters, sheet, first in rows
    ]
