"""What every reader returns: rows of text with their place in the file, and what is no row.

Judging the text (types, codes, rules) does not belong here: a reader changes and drops nothing
that it does not tell of.
"""

import fnmatch
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from indicators.foundation.errors import Problem, WrongUse

Options = Mapping[str, Any]
MOST_COLUMNS = 16_384
LONGEST_CELL = 1_000_000  # bytes
_BLOCK = 1024  # rows whose texts are still at hand as their columns are made: twice as fast
WITHOUT_VALUE = "=?"
"""The text of a cell with a formula whose result the file does not hold: not an empty cell."""


@dataclass(frozen=True)
class Malformed:
    """A record of the file that does not fit its header: it counts as read and as rejected."""

    row_number: int
    text: str  # the record as it stands in the file, cut where it is very long
    rule: str = "row_shape"  # name of the rule: message key `problem.<rule>`
    parameters: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class ReaderWarning:
    """What a reader found in the file and did, as a format asks for: said as a warning.

    Examples: a row of HXL tags was set aside, a text of doubly encoded UTF-8 was read as meant.
    """

    row_number: int | None  # None: of the whole file or sheet
    rule: str  # message key `problem.<rule>`
    column: str | None = None
    raw_value: str | None = None
    parameters: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class SourceTable:
    """One sheet of a file as text.

    `rows`: one string column a header name, in the order of the file; an empty cell is null.
    `row_numbers`: int64, the row that a person sees (1-based, the header counted), as long as
    `rows`; in CSV the physical line on which the record begins.
    `sheet` is empty for formats without sheets.
    """

    sheet: str
    rows: pa.Table
    row_numbers: pa.Array
    malformed: tuple[Malformed, ...] = ()
    remarks: tuple[ReaderWarning, ...] = ()

    @property
    def header(self) -> tuple[str, ...]:
        """The names of the columns as `unique_header` made them."""
        return tuple(self.rows.column_names)

    @property
    def rows_read(self) -> int:
        """Data rows of the sheet: those with a place in the table and those without."""
        return self.rows.num_rows + len(self.malformed)


def refuse_many_columns(path: Path, columns: int, sheet: str | None = None) -> None:
    """Raises WrongUse for more columns than any workbook program has: it is no table then."""
    if columns > MOST_COLUMNS:
        parameters = {"columns": columns, "most": MOST_COLUMNS}
        raise WrongUse(Problem("too_many_columns", path.name, sheet, parameters=parameters))


def refuse_huge_cells(path: Path, table: SourceTable) -> None:
    """Raises WrongUse, naming row and column, for a cell that no person ever wrote."""
    for name, column in zip(table.header, table.rows.columns, strict=True):
        if column.nbytes > LONGEST_CELL:
            is_huge = pc.greater(pc.binary_length(column), LONGEST_CELL)
            _refuse_first(path, table, name, "huge_cell", is_huge)


def refuse_odd_cells(path: Path, table: SourceTable) -> None:
    """Raises WrongUse, naming row and column, for a cell that is huge or holds a NUL byte."""
    refuse_huge_cells(path, table)
    for name, column in zip(table.header, table.rows.columns, strict=True):
        _refuse_first(path, table, name, "nul_in_cell", pc.match_substring(column, "\0"))


def _refuse_first(
    path: Path, table: SourceTable, name: str, rule: str, found: pa.ChunkedArray
) -> None:
    at = pc.index(found, True).as_py()
    if at >= 0:
        row, parameters = table.row_numbers[at].as_py(), {"longest": LONGEST_CELL}
        sheet = table.sheet or None
        raise WrongUse(Problem(rule, path.name, sheet, row, name, None, parameters))


def unique_header(names: Iterable[str | None]) -> tuple[str, ...]:
    """Header names made usable: outer blanks cut, inner blanks single, no name twice.

    A column without a name becomes `(column 7)`, the second `Name` becomes `Name (2)`, so that a
    mapping can name either and an unexpected one is refused under a name that can be found.
    """
    found: dict[str, int] = {}
    header = []
    for position, name in enumerate(names, start=1):
        plain = " ".join((name or "").split()) or f"(column {position})"
        found[plain] = found.get(plain, 0) + 1
        header.append(plain if found[plain] == 1 else f"{plain} ({found[plain]})")
    return tuple(header)


def source_table(
    sheet: str,
    header: Sequence[str],
    records: Sequence[Sequence[str | None]],
    row_numbers: Sequence[int],
    malformed: Iterable[Malformed] = (),
) -> SourceTable:
    """A SourceTable from records (row-wise); every record is as long as the header."""
    schema = pa.schema([(name, pa.string()) for name in header])
    blocks = (records[at : at + _BLOCK] for at in range(0, len(records), _BLOCK))
    batches = [
        pa.RecordBatch.from_arrays(
            [pa.array(values, pa.string()) for values in zip(*block, strict=True)], schema=schema
        )
        for block in blocks
    ]
    return SourceTable(
        sheet,
        pa.Table.from_batches(batches, schema).combine_chunks(),
        pa.array(row_numbers, type=pa.int64()),
        tuple(malformed),
    )


def sheet_entry(sheets: Iterable[str], name: str) -> str | None:
    """Which of these names and patterns of sheets takes one: its own name before a pattern."""
    fitting = [one for one in sheets if one == name or fnmatch.fnmatchcase(name, one)]
    return name if name in fitting else next(iter(fitting), None)


def without_header_again(table: SourceTable, header: Iterable[Sequence[str | None]]) -> SourceTable:
    """The table without rows that are a row of the header once more, which is told of each.

    So files look that somebody put one below the other. `header`: its rows, as they stand in the
    file in the columns of the table.
    """
    again = sorted({at for names in header if any(names) for at in _rows_with(table, names)})
    if not again:
        return table
    is_row = np.ones(table.rows.num_rows, dtype=bool)
    is_row[again] = False
    numbers = table.row_numbers.take(pa.array(again)).to_pylist()
    return replace(
        table,
        rows=table.rows.filter(pa.array(is_row)),
        row_numbers=table.row_numbers.filter(pa.array(is_row)),
        remarks=(*table.remarks, *(ReaderWarning(number, "header_again") for number in numbers)),
    )


def _rows_with(table: SourceTable, names: Sequence[str | None]) -> list[int]:
    """Positions of the rows that hold these texts; of a column only rows that still can."""
    found = np.arange(table.rows.num_rows)
    for column, name in zip(table.rows.columns, names, strict=True):
        texts = column if len(found) == len(column) else column.take(pa.array(found))
        plain = pc.utf8_trim_whitespace(pc.fill_null(texts, ""))
        found = found[pc.equal(plain, (name or "").strip()).to_numpy(zero_copy_only=False)]
        if not len(found):
            break
    return found.tolist()


def without_blank_rows(table: SourceTable) -> SourceTable:
    """The table without rows in which every cell is empty: they hold nothing that could be lost."""
    blank: pa.Array | None = None
    for column in table.rows.columns:
        empty = pc.or_kleene(pc.is_null(column), pc.equal(column, ""))
        blank = empty if blank is None else pc.and_(blank, empty)
        if not pc.any(blank).as_py():
            return table
    kept = pc.invert(blank)
    return replace(
        table,
        rows=table.rows.filter(kept),
        row_numbers=pa.chunked_array([table.row_numbers]).filter(kept).combine_chunks(),
    )
