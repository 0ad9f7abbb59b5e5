"""Delimited text: one explicit dialect, strict quoting, every record accounted for.

Stands below the readers of CSV and of data sets published as CSV. DuckDB's reader is not used: it
can alter or drop records without a word (docs/decisions).
Options: `encoding` (utf-8), `delimiter` (,), `quote` ("), `header_row` (1), `largest_mb` (2048);
`header_rows` of the reader of CSV.
"""

import csv
import re
from codecs import BOM_UTF8
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from functools import partial
from io import BytesIO, StringIO
from itertools import islice
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.csv

from indicators.foundation.errors import Problem, WrongUse
from pipelines.ingest.readers import reader_of
from pipelines.ingest.readers.sheet_shape import joined_names
from pipelines.ingest.readers.table import (
    LONGEST_CELL,
    Malformed,
    Options,
    ReaderWarning,
    SourceTable,
    refuse_huge_cells,
    refuse_many_columns,
    source_table,
    unique_header,
    without_blank_rows,
    without_header_again,
)

DELIMITED_OPTIONS = frozenset({"encoding", "delimiter", "quote", "header_row", "largest_mb"})
LARGEST_MB = 2048
_SHOWN = 500  # characters of a malformed record that are kept
_WORKBOOKS = {b"PK\x03\x04": "xlsx", b"\xd0\xcf\x11\xe0": "xls"}
_OTHERS = {b"%PDF": "PDF", b"\xff\xd8\xff": "JPEG", b"\x89PNG": "PNG", b"{\\rtf": "RTF"}
_TEXTS = frozenset({".csv", ".tsv", ".tab", ".txt", ".dat", ""})
_UTF_16 = (b"\xff\xfe", b"\xfe\xff")
_ONE_BYTE = {"cp1252", "windows1252", "latin1", "iso88591", "iso885915"}
_IN_UTF_8 = re.compile(
    rb"[\xc3-\xc5][\x80-\xbf]|\xe2\x80[\x98-\x9d]|[\xd8-\xdb][\x80-\xbf]{1}[\xd8-\xdb][\x80-\xbf]"
)
_BLOCK = 1 << 24  # bytes that Arrow reads at once: no line may be longer
csv.field_size_limit(LONGEST_CELL)


class _Record(NamedTuple):
    line: int
    fields: list[str]
    fault: str | None = None


def refuse_no_text(path: Path, data: bytes) -> None:
    """Raises WrongUse for a workbook under the name of a text, and for what is of no kind that is
    read: a PDF, a picture, a workbook of other programs."""
    kinds = (_WORKBOOKS | _OTHERS).items()
    kind = next((kind for start, kind in kinds if data.startswith(start)), None)
    if kind is None:
        return
    is_workbook, suffix = kind in _WORKBOOKS.values(), path.suffix.lower()
    if is_workbook and (suffix in _TEXTS or reader_of(suffix) != "csv"):
        raise WrongUse(Problem("not_csv", path.name, parameters={"kind": kind}))
    named = suffix.removeprefix(".").upper() if is_workbook else kind
    raise WrongUse(Problem("kind_not_read", path.name, parameters={"kind": named}))


def delimited_table(path: Path, options: Options, data: bytes | None = None) -> SourceTable:
    """The one table of a delimited file. Raises WrongUse for a file that is no such text.

    `data`: its bytes, where the file is a part of a packed one.

    Raises it too for a cell, a line or a file that is too large.
    """
    data = _content(path, options) if data is None else data
    encoding = encoding_of(data, options)
    text = _text(path, data, encoding)
    first, rows = int(options.get("header_row", 1)), int(options.get("header_rows", 1))
    header_lines = range(first, first + rows)
    delimiter, quote = options.get("delimiter", ","), options.get("quote", '"')
    if quote not in text:
        table = _unquoted(path, text, header_lines, delimiter)
    else:
        table = _quoted(path, text, header_lines, delimiter, quote)
    refuse_huge_cells(path, table)
    odd = _two_encodings(data, encoding)
    return replace(table, remarks=(*table.remarks, odd)) if odd else table


def encoding_of(data: bytes, options: Options) -> str:
    """That of the options, unless the file itself begins as UTF-8: one sender saves one month as
    CSV and the next as CSV UTF-8."""
    return "utf-8-sig" if data.startswith(BOM_UTF8) else str(options.get("encoding", "utf-8"))


def _content(path: Path, options: Options) -> bytes:
    size, limit = path.stat().st_size, int(options.get("largest_mb", LARGEST_MB))
    if size > limit << 20:
        parameters = {"size": f"{size / (1 << 20):.1f}", "limit": limit}
        raise WrongUse(Problem("file_too_large", path.name, parameters=parameters))
    return path.read_bytes()


def _text(path: Path, data: bytes, encoding: str) -> str:
    """The whole file as text. Raises WrongUse naming line and byte where it cannot be one."""
    if not data or data.isspace():
        raise WrongUse(Problem("empty_file", path.name))
    refuse_no_text(path, data)
    if encoding.lower().replace("_", "-") in ("utf-8", "utf8"):
        encoding = "utf-8-sig"
        if data[:2] in _UTF_16:
            raise WrongUse(Problem("encoding_utf_16", path.name))
    try:
        text = data.decode(encoding)
    except LookupError:
        raise WrongUse(
            Problem("unknown_encoding", path.name, parameters={"encoding": encoding})
        ) from None
    except UnicodeDecodeError as error:
        raise WrongUse(_encoding_problem(path, data, error)) from None
    if not text or text.isspace():
        raise WrongUse(Problem("empty_file", path.name))
    if "\0" in text:
        line = text.count("\n", 0, text.index("\0")) + 1
        raise WrongUse(Problem("nul_bytes", path.name, row=line))
    return text


def _two_encodings(data: bytes, encoding: str) -> ReaderWarning | None:
    """That lines of a file in a one-byte encoding are UTF-8: `Ã©` would stand for `é`."""
    if encoding.lower().replace("-", "").replace("_", "") not in _ONE_BYTE or data.isascii():
        return None
    first = _IN_UTF_8.search(data)
    if first is None:
        return None
    lines = sum(_IN_UTF_8.search(one) is not None for one in data.splitlines())
    meant, came = (
        first.group().decode("utf-8", "replace"),
        first.group().decode(encoding, "replace"),
    )
    facts = {"encoding": encoding, "lines": lines, "came": came}
    line = data.count(b"\n", 0, first.start()) + 1
    return ReaderWarning(line, "two_encodings", None, meant, facts)


def _encoding_problem(path: Path, data: bytes, error: UnicodeDecodeError) -> Problem:
    line = data.count(b"\n", 0, error.start) + 1
    parameters = {
        "encoding": error.encoding,
        "byte": f"0x{data[error.start]:02X}",
        "position": error.start + 1,
    }
    return Problem("encoding", path.name, row=line, parameters=parameters)


def _unquoted(path: Path, text: str, header_lines: range, delimiter: str) -> SourceTable:
    """Without any quote a line is a record, which Arrow reads an order of magnitude faster."""
    lines = StringIO(text, newline="")
    header_line = header_lines[-1]
    above = list(islice(lines, header_line))
    names = [line.rstrip("\r\n").split(delimiter) for line in above[header_lines[0] - 1 :]]
    header = _header(path, names, len(above) < header_line)
    body = text[lines.tell() :]
    if not body.strip("\r\n") or len(header) == 1:
        return _quoted(path, text, header_lines, delimiter, '"')
    encoded = body.encode()
    _refuse_long_line(path, encoded, header_line)
    malformed: list[Malformed] = []
    blank: list[int] = []

    def keep(row: pyarrow.csv.InvalidRow) -> str:
        if row.number is None:  # lines are counted by one thread only
            return "error"
        line = row.number + header_line
        if row.text.strip():
            malformed.append(_wrong_shape(line, row.text, row.actual_columns, len(header)))
        else:
            blank.append(line)
        return "skip"

    records = partial(_records_of_lines, encoded, header, delimiter, keep)
    try:
        rows = records(use_threads=len(encoded) > _BLOCK)
    except pa.ArrowInvalid:
        rows = records(use_threads=False)
    apart = {entry.row_number for entry in malformed}.union(blank)
    last = header_line + rows.num_rows + len(apart)
    numbers = np.arange(header_line + 1, last + 1)
    if apart:
        numbers = numbers[~np.isin(numbers, list(apart))]
    table = SourceTable("", rows, pa.array(numbers), tuple(malformed))
    return _without_header_again(without_blank_rows(table), names)


def _records_of_lines(
    body: bytes,
    header: Sequence[str],
    delimiter: str,
    invalid: Callable[[pyarrow.csv.InvalidRow], str],
    use_threads: bool,
) -> pa.Table:
    return pyarrow.csv.read_csv(
        BytesIO(body),
        pyarrow.csv.ReadOptions(use_threads=use_threads, column_names=header, block_size=_BLOCK),
        pyarrow.csv.ParseOptions(
            delimiter=delimiter,
            quote_char=False,
            ignore_empty_lines=False,
            invalid_row_handler=invalid,
        ),
        pyarrow.csv.ConvertOptions(
            column_types={name: pa.string() for name in header},
            null_values=[""],
            strings_can_be_null=True,
        ),
    )


def _refuse_long_line(path: Path, body: bytes, above: int) -> None:
    """Raises WrongUse for a line that no block of Arrow's holds: looked for where one can be."""
    at = 0
    while len(body) - at >= _BLOCK:
        end = body.rfind(b"\n", at, at + _BLOCK)
        if end < at:
            row = body.count(b"\n", 0, at) + above + 1
            parameters = {"longest": LONGEST_CELL}
            raise WrongUse(Problem("huge_cell", path.name, row=row, parameters=parameters))
        at = end + 1


def _quoted(path: Path, text: str, header_lines: range, delimiter: str, quote: str) -> SourceTable:
    """The table of a text in which records may hold line breaks between quotes."""
    found = _records(list(StringIO(text, newline="")), delimiter, quote)
    below = (record for record in found if record.line >= header_lines[0])
    heads = list(islice(below, len(header_lines)))
    names = [record.fields for record in heads]
    is_missing = len(heads) < len(header_lines) or any(record.fault for record in heads)
    header = _header(path, names, is_missing)
    records, numbers, malformed = [], [], []
    for line, fields, fault in found:
        if fault is not None and "field limit" in fault:
            parameters = {"longest": LONGEST_CELL}
            raise WrongUse(Problem("huge_cell", path.name, row=line, parameters=parameters))
        if fault is not None:
            malformed.append(Malformed(line, fields[0][:_SHOWN], "row_quoting"))
        elif len(fields) == len(header):
            records.append([field or None for field in fields])
            numbers.append(line)
        elif any(fields):
            shown = delimiter.join(fields)
            malformed.append(_wrong_shape(line, shown, len(fields), len(header)))
    table = without_blank_rows(source_table("", header, records, numbers, malformed))
    return _without_header_again(table, names)


def _header(path: Path, rows: Sequence[list[str]], is_missing: bool) -> tuple[str, ...]:
    names = [] if is_missing else joined_names(rows)
    if not any(names):
        raise WrongUse(Problem("empty_file", path.name))
    refuse_many_columns(path, len(names))
    if max(len(field) for row in rows for field in row) > LONGEST_CELL:
        raise WrongUse(Problem("huge_cell", path.name, parameters={"longest": LONGEST_CELL}))
    return unique_header(names)


def _without_header_again(table: SourceTable, rows: Sequence[list[str]]) -> SourceTable:
    """A row of groups may be shorter than the table, and then no row of the table is it."""
    return without_header_again(table, [row for row in rows if len(row) == len(table.header)])


def _wrong_shape(line: int, text: str, found: int, expected: int) -> Malformed:
    return Malformed(line, text[:_SHOWN], parameters={"fields": found, "fields_expected": expected})


def _records(lines: list[str], delimiter: str, quote: str) -> Iterator[_Record]:
    """Each record with the line on which it begins.

    After a quoting fault only the line on which the record began is given up: reading goes on
    with the next line, so that an unclosed quote cannot swallow the rows below it.
    """
    position = 0
    while position < len(lines):
        rest: Any = iter(lines)
        rest.__setstate__(position)  # a list iterator moved without copying the list
        reader = csv.reader(rest, delimiter=delimiter, quotechar=quote, strict=True)
        begun = 0
        try:
            for fields in reader:
                yield _Record(position + begun + 1, fields)
                begun = reader.line_num
            return
        except csv.Error as error:
            broken = position + begun
            yield _Record(broken + 1, [lines[broken].rstrip("\r\n")], str(error))
            position = broken + 1
