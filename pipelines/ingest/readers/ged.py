"""UCDP Georeferenced Event Dataset (GED) as published in CSV, with or without its HXL tag row.

Which code means which violence, area or precision does not belong here: mappings say that.
Two columns are added, which no single cell shows: `longer_than_31_days` (1 or 0) and `resembles`
(the id of the first event of the file with the same start, point, type and deaths).
Options: those of CSV. Source of the format: UCDP GED Codebook; Sundberg & Melander (2013).
"""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import datetime
from pathlib import Path

import pyarrow as pa

from indicators.foundation.errors import Problem, WrongUse
from pipelines.ingest.readers.delimited import DELIMITED_OPTIONS, delimited_table
from pipelines.ingest.readers.protocol import Reader
from pipelines.ingest.readers.table import Options, ReaderWarning, SourceTable

LONGEST_DAYS = 31
_LOOKS = ("date_start", "latitude", "longitude", "type_of_violence", "best")
NEEDED = ("id", *_LOOKS, "date_end", "where_prec", "date_prec")


def read(path: Path, options: Options) -> Iterator[SourceTable]:
    """The events. Raises WrongUse for a file that is no text or lacks columns of GED."""
    table = delimited_table(path, options)
    missing = [name for name in NEEDED if name not in table.header]
    if missing:
        raise WrongUse(Problem("not_ged", path.name, parameters={"columns": ", ".join(missing)}))
    table = without_hxl_tags(table)
    longer = [
        _is_longer(start, end)
        for start, end in zip(_texts(table, "date_start"), _texts(table, "date_end"), strict=True)
    ]
    rows = table.rows.append_column("longer_than_31_days", pa.array(longer, pa.string()))
    rows = rows.append_column("resembles", pa.array(_resembled(table), pa.string()))
    yield replace(table, rows=rows)


def without_hxl_tags(table: SourceTable) -> SourceTable:
    """The table without its row of HXL tags (HXL 1.1: the row below the header, every cell empty
    or beginning with `#`), which is told in `remarks`."""
    first = [column[0].as_py() for column in table.rows.columns] if table.rows.num_rows else []
    tags = [text for text in first if text]
    if not tags or not all(text.startswith("#") for text in tags):
        return table
    remark = ReaderWarning(table.row_numbers[0].as_py(), "hxl_tags", parameters={"tags": len(tags)})
    return replace(
        table,
        rows=table.rows.slice(1),
        row_numbers=table.row_numbers.slice(1),
        remarks=(*table.remarks, remark),
    )


def _texts(table: SourceTable, column: str) -> Sequence[str | None]:
    texts: list[str | None] = table.rows.column(column).to_pylist()
    return texts


def _is_longer(start: str | None, end: str | None) -> str | None:
    """1 or 0; null where a date cannot be read, which the casting of the dates will say."""
    try:
        first, last = (datetime.fromisoformat(text or "") for text in (start, end))
    except ValueError:
        return None
    return "1" if (last.date() - first.date()).days + 1 > LONGEST_DAYS else "0"


def _resembled(table: SourceTable) -> list[str | None]:
    """For each event the id of the first one with the same look, null for the first itself."""
    first: dict[tuple[str | None, ...], str | None] = {}
    looks = zip(*(_texts(table, name) for name in _LOOKS), strict=True)
    found: list[str | None] = []
    for identifier, look in zip(_texts(table, "id"), looks, strict=True):
        found.append(first.get(look))
        first.setdefault(look, identifier)
    return found


READER = Reader("ged", DELIMITED_OPTIONS, read, ("longer_than_31_days", "resembles"))
