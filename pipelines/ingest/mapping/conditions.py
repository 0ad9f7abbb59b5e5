"""Where a mapping and a file do not meet, told as remarks: conditions (`where`) that no row meets,
texts that a `recode` marked `unlisted: warn` does not list.

A misspelt condition would otherwise leave rows out in silence, and a new base enter under a name of
its own. Which rows a table takes is said in `apply.py`.
"""

from collections import Counter
from collections.abc import Iterator
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from indicators.foundation.errors import similar, suggestion
from pipelines.ingest.mapping.apply import FileRows, cleaned, origin_texts, taken_positions
from pipelines.ingest.mapping.model import Source
from pipelines.ingest.readers.table import ReaderWarning

_SHOWN = 5  # texts of the column that the sentence names
_SHOWN_CHARACTERS = 40


def condition_remarks(file: FileRows, source: Source) -> list[tuple[str, ReaderWarning]]:
    """(no sheet, remark) for each value under `where` that the file never has.

    One value of several may well be missing from one file: it is told where none of them is
    there, or where a text that no table takes looks like it.
    """
    if not file.rows.num_rows or not any(table.where for table in source.tables):
        return []
    ignored = np.ones(file.rows.num_rows, dtype=bool)
    for table in source.tables:
        ignored[taken_positions(file, table, source).to_numpy()] = False
    found: dict[tuple[str, str], ReaderWarning] = {}
    for table in source.tables:
        for name, wanted in table.where.items():
            texts = cleaned(file.rows[name], source.missing)
            there, left_out = _distinct(texts), _distinct(texts.filter(pa.array(ignored)))
            facts: dict[str, Any] = {"name": name, "table": table.table, "there": _listed(there)}
            facts |= {"ignored": int(ignored.sum()), "read": len(ignored)}
            for value in _never(wanted, there, left_out):
                remark = ReaderWarning(None, "where_never", name, value, facts)
                found.setdefault((name, value), remark)
    return [("", remark) for remark in found.values()]


def unlisted_remarks(file: FileRows, source: Source) -> list[tuple[str, ReaderWarning]]:
    """(sheet, remark) for each text that stands in no `recode` that wants all: its first row."""
    found: dict[tuple[str, str], tuple[str, ReaderWarning]] = {}
    for table in source.tables:
        entries = [
            (name, entry)
            for name, listed in table.mapped_columns().items()
            for entry in listed
            if entry.unlisted
        ]
        if not entries or not file.rows.num_rows:
            continue
        positions = taken_positions(file, table, source)
        for name, entry in entries:
            texts = origin_texts(file, positions, name, entry, source).to_pylist()
            counts = Counter(text for text in texts if text and text not in entry.recode)
            for text, rows in counts.items():
                place = positions[texts.index(text)].as_py()
                column = " + ".join(entry.origin_columns())
                facts: dict[str, Any] = {"field": f"{table.table}.{name}", "rows": rows}
                facts |= {"mapping": f"{source.source}.yaml"}
                facts["nearest"] = suggestion(text, entry.recode)
                number = file.row_number[place].as_py()
                remark = ReaderWarning(number, "recode_unlisted", column, text, facts)
                found.setdefault((column, text), (file.sheet[place].as_py(), remark))
    return list(found.values())


def _never(wanted: str | tuple[str, ...], there: list[str], left_out: list[str]) -> Iterator[str]:
    """The values of one condition that are to be told."""
    if isinstance(wanted, str):  # `present` or `absent`
        if wanted == "present" and not there:
            yield wanted
        return
    missing = [value for value in wanted if value not in there]
    is_none_there = len(missing) == len(wanted)
    for value in missing:
        is_word = any(sign.isalpha() for sign in value)  # years look alike and are no slips
        if is_none_there or (is_word and similar(value, left_out)):
            yield value


def _distinct(texts: pa.Array | pa.ChunkedArray) -> list[str]:
    return sorted(text for text in pc.unique(texts).to_pylist() if text is not None)


def _listed(texts: list[str]) -> str:
    shown = ", ".join(f"'{text[:_SHOWN_CHARACTERS]}'" for text in texts[:_SHOWN])
    return (shown or "–") + (" …" if len(texts) > _SHOWN else "")
