"""How the sample's files look: the profile's mappings read backwards.

What a mapping turns into a contract's column, a form writes: headers, labels, date formats,
separators. So the files and `sources/*.yaml` cannot drift apart.
"""

from collections.abc import Iterator, Mapping
from functools import cache, cached_property
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from pipelines.ingest.mapping.model import ColumnMapping, Source, load_sources

OFFSET = "+01:00"  # of the sample's time zone, all year
LIST_SEPARATOR = "|"  # between the members of a list in the sample's own rows
_FIRST_NAMES = ("Ama", "Biko", "Chana", "Dotu", "Essi", "Fola", "Gani", "Hira", "Ibo", "Jola")
_LAST_NAMES = ("Abaru", "Belem", "Cosso", "Dabre", "Ekoti", "Fanou", "Golla", "Harou", "Imbe")


class Form:
    """One kind of file: `columns` by contract column or survey item."""

    def __init__(self, source: Source) -> None:
        self.reader, self.options = source.reader, source.options
        self.ignored = source.ignore
        self.columns: dict[str, ColumnMapping] = {}
        for table in source.tables:
            items = table.unpivot.items if table.unpivot else {}
            for name, entry in {**table.columns, **items}.items():
                if entry.sources:
                    self.columns.setdefault(name, entry)

    @cached_property
    def headers(self) -> list[str]:
        """All headers of the file, those first that nobody takes."""
        named = [header for column in self.columns for header in self.headers_of(column)]
        return list(dict.fromkeys([*self.ignored, *named]))

    def headers_of(self, column: str) -> tuple[str, ...]:
        """The headers under which a contract column stands."""
        return self.columns[column].sources or ()

    @property
    def header_row(self) -> int:
        """The row of the header, counted from 1."""
        return int(self.options.get("header_row", "1"))

    def render(self, rows: pa.Table) -> pa.Table:
        """Rows of contract columns as the text of this file."""
        found: dict[str, pa.Array] = {name: _invented(name, rows.num_rows) for name in self.ignored}
        for column, entry in self.columns.items():
            values = pa.nulls(rows.num_rows, pa.string())
            if column in rows.column_names:
                values = rows[column].combine_chunks()
            parts = self._texts(values, entry)
            found.update(zip(self.headers_of(column), parts, strict=True))
        return pa.table({header: found[header] for header in self.headers})

    def label(self, column: str, code: str) -> str:
        """A code as this form writes it."""
        return _labels(self.columns[column]).get(code, code)

    def cells(self, column: str, text: str) -> Iterator[tuple[str, str | None]]:
        """(header, text) with which a raw text stands in a column; nothing if it is not there."""
        if column not in self.columns:
            return
        headers, join = self.headers_of(column), self.columns[column].join
        parts = text.split(join, len(headers) - 1) if len(headers) > 1 and join in text else [text]
        parts += [""] * (len(headers) - len(parts))
        yield from zip(headers, (part or None for part in parts), strict=True)

    def day_text(self, column: str, year: str, month: str, day: str, hour: str = "10") -> str:
        """A day as this form writes it, whether or not there is such a day."""
        written = next(iter(self.columns[column].formats), "%Y-%m-%d")
        marks = {"%Y": year, "%m": month, "%d": day, "%H": hour, "%M": "30"}
        for mark, text in marks.items():
            written = written.replace(mark, text)
        return written

    def _texts(self, values: pa.Array, entry: ColumnMapping) -> list[pa.Array]:
        """The text under each header of an entry."""
        if pa.types.is_timestamp(values.type) or pa.types.is_date(values.type):
            return [pc.strftime(values, format=part) for part in self._formats(values, entry)]
        if pa.types.is_boolean(values.type):
            values = pc.if_else(values, "true", "false")
        text = values.cast(pa.string())
        if pa.types.is_floating(values.type) and entry.decimal:
            text = pc.replace_substring(text, ".", entry.decimal)
        return [_labelled(text, entry)]

    def _formats(self, values: pa.Array, entry: ColumnMapping) -> list[str]:
        """The format of a day or time under each header of an entry."""
        parts = len(entry.sources or ())
        if entry.formats:
            return entry.formats[0].split(entry.join)[:parts] if parts > 1 else [entry.formats[0]]
        if pa.types.is_date(values.type):
            return ["%Y-%m-%d"]
        return ["%Y-%m-%d %H:%M:00" if self.reader == "xlsx" else f"%Y-%m-%dT%H:%M{OFFSET}"]


@cache
def read_forms(profile: Path) -> Mapping[str, Form]:
    """All forms of a profile by the name of their source."""
    return {name: Form(source) for name, source in load_sources(profile).items()}


def _labels(entry: ColumnMapping) -> dict[str | None, str]:
    """By code the first label that stands for it."""
    return {code: label for label, code in list(entry.recode.items())[::-1]}


def _labelled(text: pa.Array, entry: ColumnMapping) -> pa.Array:
    """Codes as the labels of this form; each member of a list for itself."""
    label_of, encoded = _labels(entry), text.dictionary_encode()
    labels = [
        entry.separator[0].join(
            label_of.get(member, member) for member in code.split(LIST_SEPARATOR)
        )
        for code in encoded.dictionary.to_pylist()
    ]
    return pa.array(labels, pa.string()).take(encoded.indices)


def _invented(header: str, size: int) -> pa.Array:
    """Content of a column that nobody takes: what an officer's file has all the same."""
    number = np.arange(size)
    if header.startswith("Name"):
        first, last = np.array(_FIRST_NAMES), np.array(_LAST_NAMES)
        names = np.char.add(np.char.add(first[number % 10], " "), last[number % 9])
        return pa.array(names.astype(object), pa.string())
    if header == "Telephone":
        return pa.array([f"+000 555 {at:06d}" for at in number], pa.string())
    return pa.nulls(size, pa.string())
