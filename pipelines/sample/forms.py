"""How the sample's files look: the profile's mappings read backwards.

What a mapping turns into a contract's column, a form writes: headers, labels, date formats,
separators. So the files and `sources/*.yaml` cannot drift apart.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import yaml

OFFSET = "+01:00"  # of the sample's time zone, all year
LIST_SEPARATOR = "|"  # between the members of a list in the sample's own rows
_FIRST_NAMES = ("Ama", "Biko", "Chana", "Dotu", "Essi", "Fola", "Gani", "Hira", "Ibo", "Jola")
_LAST_NAMES = ("Abaru", "Belem", "Cosso", "Dabre", "Ekoti", "Fanou", "Golla", "Harou", "Imbe")


@dataclass(frozen=True)
class Entry:
    """One mapped column: headers, and how values become text under them."""

    headers: tuple[str, ...]
    join: str
    formats: tuple[str, ...]
    label_of_code: Mapping[str, str]
    decimal: str
    separator: str

    @property
    def date_format(self) -> str | None:
        """The format in which dates and times are written; None for ISO."""
        return self.formats[0] if self.formats else None


@dataclass(frozen=True)
class Form:
    """One kind of file: `columns` by contract column or survey item."""

    source: str
    reader: str
    options: Mapping[str, str]
    ignored: tuple[str, ...]
    columns: Mapping[str, Entry]

    @property
    def headers(self) -> list[str]:
        """All headers of the file, those first that nobody takes."""
        named = [header for entry in self.columns.values() for header in entry.headers]
        return list(dict.fromkeys([*self.ignored, *named]))

    @property
    def header_row(self) -> int:
        """The row of the header, counted from 1."""
        return int(self.options.get("header_row", "1"))

    def render(self, rows: pa.Table) -> pa.Table:
        """Rows of contract columns as the text of this file."""
        texts: dict[str, pa.Array] = {name: _invented(name, rows.num_rows) for name in self.ignored}
        for column, entry in self.columns.items():
            values = (
                rows[column].combine_chunks()
                if column in rows.column_names
                else pa.nulls(rows.num_rows, pa.string())
            )
            parts = _texts(values, entry, self.reader == "xlsx")
            texts.update(zip(entry.headers, parts, strict=True))
        return pa.table({header: texts[header] for header in self.headers})

    def cells(self, column: str, text: str) -> Iterator[tuple[str, str | None]]:
        """(header, text) with which a raw text stands in a column; nothing if it is not there."""
        entry = self.columns.get(column)
        if entry is None:
            return
        parts = [text, *[""] * (len(entry.headers) - 1)]
        if len(entry.headers) > 1 and entry.join in text:
            parts = text.split(entry.join, len(entry.headers) - 1)
        yield from zip(entry.headers, (part or None for part in parts), strict=True)

    def day_text(self, column: str, year: str, month: str, day: str, hour: str = "10") -> str:
        """A day as this form writes it, whether or not there is such a day."""
        written = self.columns[column].date_format or "%Y-%m-%d"
        for mark, text in zip(
            ("%Y", "%m", "%d", "%H", "%M"), (year, month, day, hour, "30"), strict=True
        ):
            written = written.replace(mark, text)
        return written


@cache
def read_forms(profile: Path) -> Mapping[str, Form]:
    """All forms of a profile by the name of their source."""
    found = {}
    for path in sorted((profile / "sources").glob("*.yaml")):
        entry = yaml.load(path.read_text(encoding="utf-8"), Loader=yaml.CBaseLoader)
        found[entry["source"]] = _form(entry)
    return found


def _form(entry: Mapping[str, Any]) -> Form:
    columns: dict[str, Entry] = {}
    for table in entry["tables"]:
        items = table.get("unpivot", {}).get("items", {})
        for name, mapped in {**table["columns"], **items}.items():
            if "from" in mapped:
                columns.setdefault(name, _entry(mapped))
    return Form(
        entry["source"],
        entry["reader"],
        entry.get("options", {}),
        tuple(entry.get("ignore", ())),
        columns,
    )


def _entry(mapped: Mapping[str, Any]) -> Entry:
    headers = mapped["from"]
    labels: dict[str, str] = {}
    for label, code in mapped.get("recode", {}).items():
        labels.setdefault(code, label)
    return Entry(
        (headers,) if isinstance(headers, str) else tuple(headers),
        mapped.get("join", " "),
        tuple(mapped.get("formats", ())),
        labels,
        mapped.get("decimal", "."),
        mapped.get("separator", ";"),
    )


def _texts(values: pa.Array, entry: Entry, in_workbook: bool) -> list[pa.Array]:
    """The text under each header of an entry."""
    if pa.types.is_timestamp(values.type) or pa.types.is_date(values.type):
        return _day_texts(values, entry, in_workbook)
    if pa.types.is_boolean(values.type):
        values = pc.if_else(values, "true", "false")
    text = values.cast(pa.string())
    if pa.types.is_floating(values.type) and entry.decimal != ".":
        text = pc.replace_substring(text, ".", entry.decimal)
    return [_labelled(text, entry)]


def _day_texts(values: pa.Array, entry: Entry, in_workbook: bool) -> list[pa.Array]:
    if entry.date_format:
        formats = entry.date_format.split(entry.join) if len(entry.headers) > 1 else entry.formats
        return [pc.strftime(values, format=part) for part in formats[: len(entry.headers)]]
    if pa.types.is_date(values.type):
        return [pc.strftime(values, format="%Y-%m-%d")]
    if in_workbook:
        return [pc.strftime(values, format="%Y-%m-%d %H:%M:00")]
    return [pc.strftime(values, format=f"%Y-%m-%dT%H:%M{OFFSET}")]


def _labelled(text: pa.Array, entry: Entry) -> pa.Array:
    """Codes as the labels of this form; each member of a list for itself."""
    encoded = text.dictionary_encode()
    labels = (
        [
            entry.separator.join(
                entry.label_of_code.get(member, member) for member in code.split(LIST_SEPARATOR)
            )
            for code in encoded.dictionary.to_pylist()
        ]
        if entry.label_of_code or entry.separator != LIST_SEPARATOR
        else encoded.dictionary
    )
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
