"""Geo-PKO: peacekeeping bases and troops from UN deployment maps, v2.0 by map and v2.3 by year.

Columns added: `period_from` and `period_to`, the days for which a row speaks (month of the map in
v2.0, year in v2.3), and `configuration`, which counts the rows of one location and period: v2.3
repeats a location-year once a configuration, and its `ave.no.troops` stands on each of them.
Carrying a map forward does not belong here: between two maps nothing is known.
`NA` is the format's missing code and becomes empty. Text encoded twice in UTF-8 (v2.0) is read as
meant and each such cell told in `remarks`. Options: those of CSV.
Source of the format: Cil, Fjelde, Hultman & Nilsson (2020), JPR 57(2).
"""

from calendar import monthrange
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc

from indicators.foundation.errors import Problem, WrongUse
from pipelines.ingest.readers.delimited import DELIMITED_OPTIONS, delimited_table
from pipelines.ingest.readers.protocol import Reader
from pipelines.ingest.readers.table import Options, ReaderWarning, SourceTable

MISSING = "NA"
_KEYS = (("Mission", "Source", "year", "month", "location"), ("mission", "year", "location"))


def read(path: Path, options: Options) -> Iterator[SourceTable]:
    """Base locations. Raises WrongUse for a file that is no text or has no columns of Geo-PKO."""
    table = delimited_table(path, options)
    key = next((key for key in _KEYS if set(key) <= set(table.header)), None)
    if key is None:
        columns = " / ".join(", ".join(names) for names in _KEYS)
        raise WrongUse(Problem("not_geopko", path.name, parameters={"columns": columns}))
    table = repaired(without_missing_code(table))
    years = table.rows.column("year").to_pylist()
    months = table.rows.column("month").to_pylist() if "month" in key else [None] * len(years)
    periods = [_period(year, month) for year, month in zip(years, months, strict=True)]
    added = {
        "period_from": [period[0] for period in periods],
        "period_to": [period[1] for period in periods],
        "configuration": _configurations(table.rows.select(key)),
    }
    rows = table.rows
    for name, texts in added.items():
        rows = rows.append_column(name, pa.array(texts, pa.string()))
    yield replace(table, rows=rows)


def without_missing_code(table: SourceTable) -> SourceTable:
    """The table with empty cells for `NA`."""
    columns = [
        pc.if_else(pc.equal(column, MISSING), pa.scalar(None, pa.string()), column)
        for column in table.rows.columns
    ]
    return replace(table, rows=pa.table(columns, names=list(table.header)))


def repaired(table: SourceTable) -> SourceTable:
    """The table with doubly encoded texts as they were meant, a remark for each of them."""
    rows, remarks = table.rows, list(table.remarks)
    for position, name in enumerate(table.header):
        texts = rows.column(name).to_pylist()
        meant = [text and _decoded_again(text) for text in texts]
        if meant == texts:
            continue
        rows = rows.set_column(position, name, pa.array(meant, pa.string()))
        remarks += [
            ReaderWarning(number.as_py(), "doubly_encoded", name, text, {"meant": better})
            for number, text, better in zip(table.row_numbers, texts, meant, strict=True)
            if text != better
        ]
    return replace(table, rows=rows, remarks=tuple(remarks))


def _decoded_again(text: str) -> str:
    """The text whose UTF-8 bytes were once taken for single characters, else the text itself."""
    if text.isascii():
        return text
    for encoding in ("cp1252", "latin-1"):
        try:
            return text.encode(encoding).decode("utf-8")
        except UnicodeError:
            continue
    return text


def _period(year: str | None, month: str | None) -> tuple[str | None, str | None]:
    """First and last day in ISO form; a year or month that is none stays for casting to name."""
    try:
        first = int(month or 1)
        last = int(month or 12)
        return (
            f"{int(year or ''):04d}-{first:02d}-01",
            f"{int(year or ''):04d}-{last:02d}-{monthrange(int(year or ''), last)[1]:02d}",
        )
    except ValueError:
        unread = f"{year or ''}-{month or ''}".strip("-") or None
        return unread, unread


def _configurations(keys: pa.Table) -> list[str]:
    """1, 2, … for the rows with the same key, in the order of the file."""
    seen: Counter[tuple[str | None, ...]] = Counter()
    found = []
    for key in zip(*(column.to_pylist() for column in keys.columns), strict=True):
        seen[key] += 1
        found.append(str(seen[key]))
    return found


READER = Reader("geopko", DELIMITED_OPTIONS, read, ("period_from", "period_to", "configuration"))
