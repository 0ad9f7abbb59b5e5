"""Parquet files: each column as text; a list of texts joined by `;`, others and records as JSON.

`row_numbers` count rows from 1: the format has no header row. Dates and times in ISO form.
Option: `largest_mb` (256: unpacked size up to which a file is read).
"""

import json
from collections.abc import Iterator
from datetime import date, datetime, time
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from indicators.foundation.errors import Problem, WrongUse
from pipelines.ingest.readers.protocol import Reader
from pipelines.ingest.readers.table import (
    Options,
    SourceTable,
    refuse_many_columns,
    refuse_odd_cells,
    unique_header,
    without_blank_rows,
)

LARGEST_MB = 256
_MOST_CELLS = 50_000_000  # a column of one value takes no room in the file


def read(path: Path, options: Options) -> Iterator[SourceTable]:
    """The one table. Raises WrongUse for a file of another kind or one that is too large."""
    if not path.stat().st_size:
        raise WrongUse(Problem("empty_file", path.name))
    try:
        with pq.ParquetFile(path) as file:
            largest_mb = int(options.get("largest_mb", LARGEST_MB))
            _refuse_large(path, file.metadata, largest_mb)
            texts = _text_columns(file.schema_arrow)
        # A text that stands once in the file may stand in every row: it is kept once until counted.
        rows = pq.read_table(path, read_dictionary=texts, partitioning=None)
        _refuse_long(path, rows, largest_mb)
    except (pa.ArrowException, OSError, UnicodeDecodeError):  # the last of a column's name
        parameters = {"reason": "Parquet"}  # Arrow's own words may quote a cell
        raise WrongUse(Problem("unreadable", path.name, parameters=parameters)) from None
    names = unique_header(rows.column_names)
    texts = pa.table([_texts(column) for column in rows.columns], names=list(names))
    numbers = pa.array(range(1, rows.num_rows + 1), pa.int64())
    table = SourceTable("", texts, numbers)
    refuse_odd_cells(path, table)
    yield without_blank_rows(table)


def _refuse_large(path: Path, facts: pq.FileMetaData, largest_mb: int) -> None:
    refuse_many_columns(path, facts.num_columns)
    groups = [facts.row_group(at) for at in range(facts.num_row_groups)]
    unpacked = sum(group.total_byte_size for group in groups)
    if unpacked > largest_mb << 20 or facts.num_rows * facts.num_columns > _MOST_CELLS:
        parameters = {"size": f"{unpacked / (1 << 20):.1f}", "limit": largest_mb}
        raise WrongUse(Problem("file_too_large", path.name, parameters=parameters))


def _text_columns(schema: pa.Schema) -> list[str]:
    return [entry.name for entry in schema if pa.types.is_string(entry.type)]


def _refuse_long(path: Path, rows: pa.Table, largest_mb: int) -> None:
    """Raises WrongUse where the texts of all rows together are longer than what may be read."""
    size = 0
    for column in rows.columns:
        if pa.types.is_dictionary(column.type):
            for chunk in column.chunks:
                lengths = pc.binary_length(chunk.dictionary).take(chunk.indices)
                size += pc.sum(lengths.cast(pa.int64())).as_py() or 0
    if size > largest_mb << 20:
        parameters = {"size": f"{size / (1 << 20):.1f}", "limit": largest_mb}
        raise WrongUse(Problem("file_too_large", path.name, parameters=parameters))


def _texts(column: pa.ChunkedArray) -> pa.ChunkedArray:
    """The column as text, an empty text as nothing."""
    kind = column.type
    if pa.types.is_dictionary(kind):
        return _texts(column.cast(kind.value_type))
    if pa.types.is_string(kind) or pa.types.is_large_string(kind):
        text = column.cast(pa.string())
        return pc.if_else(pc.equal(text, ""), pa.scalar(None, pa.string()), text)
    if pa.types.is_integer(kind) or pa.types.is_boolean(kind) or pa.types.is_decimal(kind):
        return column.cast(pa.string())
    return pa.chunked_array([pa.array([_text(value) for value in column.to_pylist()], pa.string())])


def _text(value: object) -> str | None:
    if value is None or value != value:  # what is no number equals not even itself
        return None
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() else repr(value)
    if isinstance(value, datetime):
        return value.isoformat(" ")
    if isinstance(value, date | time):
        return value.isoformat()
    if isinstance(value, bytes):
        return value.decode("utf-8", "replace") or None
    if isinstance(value, list) and all(isinstance(one, str) for one in value):
        return ";".join(value) or None
    return json.dumps(value, ensure_ascii=False, default=str)


READER = Reader("parquet", frozenset({"largest_mb"}), read, has_dates=True, suffixes=(".parquet",))
