"""A delivered file as rows whose columns are those that its mapping expects."""

import fnmatch
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import pyarrow as pa

from indicators.foundation.errors import Problem, WrongUse, suggestion
from pipelines.ingest.mapping.apply import FileRows, stacked
from pipelines.ingest.mapping.conditions import condition_remarks, unlisted_remarks
from pipelines.ingest.mapping.model import Source
from pipelines.ingest.readers import reader
from pipelines.ingest.readers.table import SourceTable

_PROBLEMS_SHOWN = 10
_NAME_SHOWN = 80  # characters of a column's name


@dataclass(frozen=True)
class Delivery:
    """One file to take in: where it is read, the name that people know it by, its mapping.

    `mapping_version`: of how it is read now. `is_again`: it is read again though nobody dropped it
    in; `is_asked`: somebody named it; `is_newest`: an older version of it comes back in force.
    `archive`: where what may be kept of it goes; None for what is read in place. `intake`: the
    number of the intake that brings it (`ledger.InputFile`).
    """

    path: Path
    name: str
    sha256: str
    source: Source
    mapping_version: str = ""
    is_again: bool = False
    is_newest: bool = False
    is_asked: bool = False
    archive: Path | None = None
    intake: int | None = None


Read = Callable[[Delivery], Iterator[SourceTable]]


def read_delivery(delivery: Delivery) -> Iterator[SourceTable]:
    """The sheets of a file by the reader that its mapping names."""
    found, options = reader(delivery.source.reader), delivery.source.options
    options = {**options, "file": delivery.name}  # the year of a month may stand in its name
    if found.tells_numbers:
        options = {**options, "numbers": delivery.source.number_columns()}
    return found.read(delivery.path, options)


def file_rows(
    delivery: Delivery,
    read: Read = read_delivery,
    look_at: Callable[[list[SourceTable]], None] = lambda tables: None,
) -> FileRows:
    """All rows of the file, in the columns that its mapping reads: no other is kept anywhere.

    `look_at`: is shown the file with all its columns. Raises WrongUse, under the file's own name,
    for what hinders it.
    """
    try:
        tables = list(read(delivery))
    except WrongUse as error:
        named = [replace(problem, file=delivery.name) for problem in error.problems]
        raise WrongUse(named) from None
    tables = [with_present_names(_if_absent(delivery.source, t), delivery.source) for t in tables]
    problems = [problem for table in tables for problem in _column_problems(delivery, table)]
    if problems:
        raise WrongUse(_first(problems, delivery.name))
    look_at(tables)
    return _read_columns(stacked(tables), delivery.source)


def with_present_names(table: SourceTable, source: Source) -> SourceTable:
    """The sheet with the names that the mapping reads, where it has the ones of before."""
    there = set(table.header)
    names = {
        old: name
        for name, former in source.renamed.items()
        if name not in there
        for old in [next((one for one in former if one in there), None)]
        if old
    }
    if not names:
        return table
    return replace(
        table,
        rows=table.rows.rename_columns([names.get(name, name) for name in table.header]),
        remarks=tuple(
            replace(r, column=names.get(r.column or "", r.column)) for r in table.remarks
        ),
    )


def _if_absent(source: Source, table: SourceTable) -> SourceTable:
    """A repeat that the export lacks, as nobody filled it in: no rows, with the columns mapped."""
    if table.rows.num_rows or all(one.rule != "repeat_absent" for one in table.remarks):
        return table
    columns = {name: pa.array([], pa.string()) for name in source.columns_read()}
    return replace(table, rows=pa.table(columns))


def with_remarks(file: FileRows, source: Source) -> FileRows:
    """The file with what is to be said of where its mapping and it do not meet."""
    more = condition_remarks(file, source) + unlisted_remarks(file, source)
    return replace(file, remarks=(*file.remarks, *more))


def _read_columns(file: FileRows, source: Source) -> FileRows:
    """The file without the columns that the mapping ignores, nor what was remarked of them."""
    needed = source.columns_read()
    ignored = {name for name in file.rows.column_names if name not in needed}
    return replace(
        file,
        rows=file.rows.select([name for name in file.rows.column_names if name in needed]),
        remarks=tuple(entry for entry in file.remarks if entry[1].column not in ignored),
        columns_not_kept=frozenset(ignored),
    )


def _first(problems: list[Problem], name: str) -> list[Problem]:
    """The first of them, and how many more there are: a wrong sheet may have thousands."""
    if len(problems) <= _PROBLEMS_SHOWN:
        return problems
    count = len(problems) - _PROBLEMS_SHOWN
    more = Problem("more_columns", name, parameters={"count": count})
    return [*problems[:_PROBLEMS_SHOWN], more]


def _column_problems(delivery: Delivery, table: SourceTable) -> Iterator[Problem]:
    """Columns that the mapping needs and the file lacks, and columns that nobody has named."""
    needed = delivery.source.columns_read()
    of_sheet = delivery.source.of_sheet(table.sheet).columns_read()
    sheet = table.sheet or None
    for name in sorted(needed.keys() - set(table.header)):
        if of_sheet.get(name):
            free = [entry for entry in table.header if entry not in needed]
            parameters = {"nearest": suggestion(name, free or table.header)}
            parameters["source"] = delivery.source.source
            yield Problem("missing_column", delivery.name, sheet, None, name, None, parameters)
    ignored = delivery.source.ignore
    for name in table.header:
        if name in needed or any(fnmatch.fnmatchcase(name, pattern) for pattern in ignored):
            continue
        parameters = {"nearest": suggestion(name[:_NAME_SHOWN], sorted(needed))}
        parameters["source"] = delivery.source.source
        shown = name if len(name) <= _NAME_SHOWN else name[:_NAME_SHOWN] + " …"
        yield Problem("unknown_column", delivery.name, sheet, None, shown, None, parameters)
